// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AgentIdentity;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a blueprint and its agent identities send in each step, and what they say of each refusal. */
class AgentTokenSourceTest {
    private static final String BLUEPRINT = "b0000000-0000-4000-8000-000000000001";
    private static final String AGENT = "a0000000-0000-4000-8000-000000000001";
    private static final AgentIdentity BY_ID = AgentIdentity.ofClientId(AGENT);
    private static final AgentIdentity WITH_USER = BY_ID.withUserPrincipalName("agent@contoso.com");
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://vault.azure.net").withDeadline(Duration.ofSeconds(30));

    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final String EXCHANGE = "api://AzureADTokenExchange/.default";

    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();
    private final Map<String, String> variables = new HashMap<>();
    private AgentIdentity ownAgent;

    @Test
    void acquire_forAnAgentItself_sendsTwoForms() throws Exception {
        answerTokens("t1", "token");

        AccessToken token = acquire(REQUEST.withAgent(BY_ID));

        assertThat(token.value()).isEqualTo("token");
        assertThat(token.source()).isEqualTo("Agent identity");
        assertThat(http.requests())
                .extracting(HttpRequest::url)
                .containsOnly("https://login.microsoftonline.com/t/oauth2/v2.0/token");
        assertThat(forms()).containsExactly(formOfBlueprint(), formOfAgent("https://vault.azure.net/.default"));
    }

    @Test
    void acquire_onBehalfOfAUser_sendsTheUsersTokenInTheSecondForm() throws Exception {
        answerTokens("t1", "token");

        acquire(REQUEST.withAgent(BY_ID).withUserAssertion("users token"));

        Map<String, String> second = formOfAgent("https://vault.azure.net/.default");
        second.put("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        second.put("requested_token_use", "on_behalf_of");
        second.put("assertion", "users token");
        assertThat(forms()).containsExactly(formOfBlueprint(), second);
    }

    @ParameterizedTest
    @CsvSource({"agent@contoso.com, username", "c0000000-0000-4000-8000-000000000001, user_id"})
    void acquire_forTheAgentsUserAccount_sendsItsTokenForTheExchangeInTheLastForm(String user, String field)
            throws Exception {
        // Without a cache the blueprint's token is requested for both forms of the agent identity.
        answerTokens("t1", "t2", "t1", "token");
        AgentIdentity agent = BY_ID.withUserObjectId(user);
        if (user.contains("@")) {
            agent = BY_ID.withUserPrincipalName(user);
        }

        AccessToken token = acquire(REQUEST.withAgent(agent));

        Map<String, String> last = formOfAgent("https://vault.azure.net/.default");
        last.put("grant_type", "user_fic");
        last.put("user_federated_identity_credential", "t2");
        last.put(field, user);
        assertThat(forms()).containsExactly(formOfBlueprint(), formOfAgent(EXCHANGE), formOfBlueprint(), last);
        assertThat(token.principal()).as("of an opaque token of a user").isEmpty();
    }

    @Test
    void acquire_inAnotherCloudAndTenant_asksForTheExchangeThere() throws Exception {
        variables.put("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us");
        answerTokens("t1", "token");

        acquire(REQUEST.withAgent(BY_ID).withTenantId("t2"));

        assertThat(http.requests())
                .extracting(HttpRequest::url)
                .containsOnly("https://login.microsoftonline.us/t2/oauth2/v2.0/token");
        assertThat(forms().get(0)).containsEntry("scope", "api://AzureADTokenExchangeUSGov/.default");
    }

    @Test
    void acquire_withAChallenge_passesItOnInTheAgentsOwnFormOnly() throws Exception {
        answerTokens("t1", "token");

        acquire(REQUEST.withAgent(BY_ID).withClaims("{\"access_token\":{}}"));

        assertThat(forms().get(0)).doesNotContainKey("claims");
        assertThat(forms().get(1).get("claims")).contains("CP1");
    }

    @Test
    void acquire_whenTheBlueprintsTokenIsOutOfDate_getsANewOneOnce() throws Exception {
        answerTokens("t1");
        http.answers(401, error("invalid_client", 700024, "Client assertion is not within its valid time range."));
        answerTokens("newer", "token");

        assertThat(acquire(REQUEST.withAgent(BY_ID)).value()).isEqualTo("token");
        assertThat(forms().get(3)).containsEntry("client_assertion", "newer");
    }

    @Test
    void acquire_withoutAnAgent_takesThatOfTheConnectionStringOrSaysWhatToDo() throws Exception {
        assertThat(failure(REQUEST))
                .hasMessage("the request names no agent identity. Name it with TokenRequest.withAgent, or add"
                        + " AgentId=CLIENT_ID to the connection string.");
        assertThat(failure(REQUEST).code()).isEqualTo(Code.INVALID_CONFIGURATION);
        ownAgent = BY_ID;
        answerTokens("t1", "token");

        acquire(REQUEST);

        assertThat(forms().get(0)).containsEntry("fmi_path", AGENT);
    }

    @Test
    void acquire_withAManagedIdentity_doesNotApply() throws Exception {
        assertThat(source().acquire(REQUEST.withAgent(BY_ID).withClientId("c")))
                .isInstanceOf(TokenSource.Unavailable.class);
    }

    @Test
    void acquire_onBehalfOfAUserByAUserAccount_isAMistake() {
        assertThat(failure(REQUEST.withAgent(WITH_USER).withUserAssertion("u")))
                .hasMessage("the request is on behalf of a user, and its agent identity acts as a user account of its"
                        + " own. Leave one of them out.");
    }

    @Test
    void acquire_whenTheBlueprintIsRefused_namesTheStepAndTheClaims() {
        http.answers(
                401,
                error(
                        "invalid_client",
                        700213,
                        "No matching federated identity record found for presented assertion."));

        TokenAcquisitionException failure = failure(REQUEST.withAgent(BY_ID));

        assertThat(failure.code()).isEqualTo(Code.REFUSED);
        assertThat(failure.reason())
                .startsWith("the blueprint's token for agent identity " + AGENT + ": HTTP 401 \"AADSTS700213\"");
        assertThat(failure.remedy())
                .isEqualTo("Give the blueprint a federated credential with these values; the tenant must be that of the"
                        + " agent identity. The assertion has issuer https://oidc.example/, subject"
                        + " system:serviceaccount:ns:sa, audience api://AzureADTokenExchange.");
    }

    @ParameterizedTest
    @ValueSource(ints = {700222, 700231})
    void acquire_withATokenThatWorkloadIdentityGot_saysWhatTheBlueprintTrustsInstead(int number) {
        http.answers(401, error("invalid_client", number, "May not be used."));

        TokenAcquisitionException failure = failure(REQUEST.withAgent(BY_ID));

        assertThat(failure.reason()).startsWith("the blueprint's token for agent identity " + AGENT);
        assertThat(failure.remedy()).contains("for the service account, and leave out ManagedIdentityClientId");
    }

    @Test
    void acquire_whenTheBlueprintHasNoProof_saysSo() {
        TokenSource withoutFile = source(new ClientAssertion(new FederatedTokenFile(Environment.of(Map.of()))));

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class, () -> withoutFile.acquire(REQUEST.withAgent(BY_ID)));

        assertThat(failure.reason())
                .isEqualTo("the blueprint's token for agent identity " + AGENT
                        + ": no assertion from Workload identity: not set: AZURE_FEDERATED_TOKEN_FILE");
    }

    @ParameterizedTest
    @ValueSource(ints = {70021, 700211, 700213, 7002137, 70025})
    void acquire_whenTheAgentIsOfAnotherBlueprint_asksToCheckTheIds(int number) {
        // Entra ID may not know a new agent identity yet, so some of these refusals are asked again.
        answerTokens("t1");
        http.answers(401, error("invalid_client", number, "No matching federated identity record found."));

        TokenAcquisitionException failure = failure(REQUEST.withAgent(BY_ID));

        assertThat(failure.reason())
                .startsWith("agent identity " + AGENT + "'s token: HTTP 401 \"AADSTS" + number + "\"");
        assertThat(failure.remedy())
                .isEqualTo("Check the IDs: an agent identity has one blueprint and one tenant. Is the agent identity "
                        + AGENT + " one of the blueprint " + BLUEPRINT + ", and in this tenant?");
    }

    @Test
    void acquire_withoutConsent_doesNotSendAnybodyToABrowser() {
        answerTokens("t1");
        http.answers(400, error("invalid_grant", 65001, "The user or administrator has not consented."));

        TokenAcquisitionException failure = failure(REQUEST.withAgent(BY_ID).withUserAssertion("users token"));

        assertThat(failure.reason())
                .startsWith("agent identity " + AGENT + "'s token on behalf of the user: HTTP 400 \"AADSTS65001\"");
        assertThat(failure.remedy()).contains("oauth2PermissionGrant").doesNotContain("admin-consent");
    }

    @Test
    void acquire_withAUsersTokenForAnotherApplication_namesTheBlueprint() {
        answerTokens("t1");
        http.answers(400, error("invalid_grant", 50013, "Assertion failed signature validation."));

        assertThat(failure(REQUEST.withAgent(BY_ID).withUserAssertion("users token"))
                        .remedy())
                .contains("its aud is " + BLUEPRINT);
    }

    @ParameterizedTest
    @ValueSource(ints = {50034, 50000, 700213})
    void acquire_forAUserAccountThatIsNotTheAgents_namesTheLastStep(int number) {
        answerTokens("t1", "t2", "t1");
        http.answers(400, error("invalid_grant", number, "The user account does not match."));

        TokenAcquisitionException failure = failure(REQUEST.withAgent(WITH_USER));

        assertThat(failure.reason())
                .startsWith(
                        "agent identity " + AGENT + "'s token for its user account: HTTP 400 \"AADSTS" + number + "\"");
        assertThat(failure.remedy()).startsWith("Check the user account");
    }

    @Test
    void acquire_whenTheExchangeIsRefused_namesThatStep() {
        answerTokens("t1");
        http.answers(400, error("unauthorized_client", 700016, "Application was not found."));

        assertThat(failure(REQUEST.withAgent(WITH_USER)).reason())
                .startsWith("agent identity " + AGENT + "'s token for its user account's sign-in: HTTP 400");
    }

    @Test
    void acquire_whenEntraIsSilent_namesTheStepToo() {
        answerTokens("t1");
        http.fails(new SocketTimeoutException());

        TokenAcquisitionException failure = failure(REQUEST.withAgent(BY_ID));

        assertThat(failure.isTransient()).isTrue();
        assertThat(failure.reason()).startsWith("agent identity " + AGENT + "'s token: ");
        http.fails(new IOException());
    }

    private void answerTokens(String... values) {
        for (String value : values) {
            http.answers(200, "{\"access_token\":\"" + value + "\",\"expires_in\":3899}");
        }
    }

    private static String error(String code, int number, String words) {
        return "{\"error\":\"" + code + "\",\"error_description\":\"AADSTS" + number + ": " + words
                + " Trace ID: x\",\"error_codes\":[" + number + "]}";
    }

    private static String proof() {
        return Tokens.jwt(Map.of(
                "iss",
                "https://oidc.example/",
                "sub",
                "system:serviceaccount:ns:sa",
                "aud",
                "api://AzureADTokenExchange"));
    }

    private Map<String, String> formOfBlueprint() {
        Map<String, String> form = new HashMap<>();
        form.put("grant_type", "client_credentials");
        form.put("client_id", BLUEPRINT);
        form.put("scope", EXCHANGE);
        form.put("client_assertion_type", ASSERTION_TYPE);
        form.put("client_assertion", proof());
        form.put("fmi_path", AGENT);
        return form;
    }

    private static Map<String, String> formOfAgent(String scope) {
        Map<String, String> form = new HashMap<>();
        form.put("grant_type", "client_credentials");
        form.put("client_id", AGENT);
        form.put("scope", scope);
        form.put("client_assertion_type", ASSERTION_TYPE);
        form.put("client_assertion", "t1");
        return form;
    }

    private List<Map<String, String>> forms() {
        return http.requests().stream()
                .map(request -> Forms.fields(request.form()))
                .toList();
    }

    private AccessToken acquire(TokenRequest request) throws InterruptedException {
        return ((TokenSource.Acquired) source().acquire(request)).token();
    }

    private TokenAcquisitionException failure(TokenRequest request) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source().acquire(request));
    }

    private TokenSource source() {
        return source(new ClientAssertion(ClientAssertion.suppliedBy(AgentTokenSourceTest::proof)));
    }

    /** Without the caches of the proofs, so that each token is requested whenever it is needed. */
    private TokenSource source(ClientAssertion proof) {
        EntraClient client = EntraClient.of(Contexts.of(Environment.of(variables), http, time), null);
        return new AgentTokenSource(
                client,
                "t",
                BLUEPRINT,
                proof,
                ownAgent,
                (source, audience) -> request -> source.acquire(TokenRequest.forResource(audience)
                        .withTenantId(request.tenantId().orElse(null))
                        .withAgent(request.agent().orElse(null))
                        .withDeadline(request.deadline().orElseThrow())));
    }
}
