// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.emulator.time.ManualClock;
import io.podidentity.testsupport.Client;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Agent identities: each step of the exchange, the claims of its token, and its refusals. */
class AgentsTest {

    private static final String TENANT = "10000000-0000-4000-8000-0000000000aa";
    private static final String OTHER_TENANT = "10000000-0000-4000-8000-0000000000bb";
    private static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";
    private static final String BLUEPRINT_OBJECT = "b1000000-0000-4000-8000-00000000000f";
    private static final String READER = "a6000000-0000-4000-8000-000000000001";
    private static final String STRANGER = "a6000000-0000-4000-8000-000000000002";
    private static final String OTHER_BLUEPRINT = "b1000000-0000-4000-8000-000000000002";
    private static final String OTHERS_AGENT = "a6000000-0000-4000-8000-000000000003";
    private static final String ACCOUNT = "ac000000-0000-4000-8000-000000000001";
    private static final String ACCOUNT_NAME = "reader@agents.example";
    private static final String APPLICATION = "c0ffee00-0000-4000-8000-000000000001";

    private static final String AZ = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    private static final String EXCHANGE = "api://AzureADTokenExchange";
    private static final String ISSUER = "https://login.microsoftonline.com/" + TENANT + "/v2.0";
    private static final String STORAGE = "https://storage.azure.com/.default";
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final String ON_BEHALF_OF = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    private static final ManagedIdentity IDENTITY = ManagedIdentity.named("orders");

    private static PodIdentityEmulator shared;

    private PodIdentityEmulator azure = shared;
    private Client client = Client.of(shared.sslContext());

    @BeforeAll
    static void startShared() {
        shared = world().start();
    }

    @AfterAll
    static void closeShared() {
        shared.close();
    }

    @AfterEach
    void closeOwn() {
        if (azure != shared) {
            azure.close();
        }
    }

    /** Lets a test have an Azure of its own. */
    private void use(PodIdentityEmulator.Builder builder) {
        azure = builder.start();
        client = Client.of(azure.sslContext());
    }

    private static PodIdentityEmulator.Builder world() {
        return PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .otherTenant(OTHER_TENANT)
                .identity(IDENTITY)
                .agentBlueprint(BLUEPRINT, BLUEPRINT_OBJECT)
                .agentBlueprint(OTHER_BLUEPRINT, OTHER_BLUEPRINT)
                .agentIdentity(BLUEPRINT, READER, READER)
                .agentIdentity(BLUEPRINT, STRANGER, STRANGER)
                .agentIdentity(OTHER_BLUEPRINT, OTHERS_AGENT, OTHERS_AGENT)
                .agentUser(READER, ACCOUNT_NAME, ACCOUNT)
                .application(APPLICATION, "0b1ec700-0000-4000-8000-000000000001", "secret")
                .federatedCredential(BLUEPRINT, ISSUER, IDENTITY.objectId(), EXCHANGE)
                .federatedCredential(OTHER_BLUEPRINT, ISSUER, IDENTITY.objectId(), EXCHANGE)
                .role(READER, "Storage Blob Data Reader")
                .role(ACCOUNT_NAME, "Storage Blob Data Reader");
    }

    @Test
    void tokenOfABlueprint_namesTheAgentIdentityInItsSubject() throws Exception {
        JWTClaimsSet claims = claims(blueprintToken(READER));

        assertThat(claims.getIssuer()).isEqualTo(azure.entra() + "/" + TENANT + "/v2.0");
        assertThat(claims.getAudience()).containsExactly("fb60f99c-7a34-4190-8149-302f77469936");
        assertThat(claims.getSubject())
                .isEqualTo("/eid1/c/pub/t/AAAAEAAAAECAAAAAAAAAqg/a/AAAAsQAAAECAAAAAAAAAAQ/" + READER);
        assertThat(claims.getClaims())
                .containsEntry("azp", BLUEPRINT)
                .containsEntry("azpacr", "2")
                .containsEntry("oid", BLUEPRINT_OBJECT)
                .containsEntry("idtyp", "app")
                .containsEntry("ver", "2.0")
                .doesNotContainKeys("xms_par_app_azp", "roles");
    }

    /** Microsoft's own SDK for agents writes it so. */
    @Test
    void tokenOfABlueprint_ofAnotherSpellingOfTheResource_isTheSame() throws Exception {
        var form = blueprintForm(READER);
        form.put("scope", "api://AzureAdTokenExchange/.default");

        assertThat(claims(accessToken(token(form))).getAudience())
                .containsExactly("fb60f99c-7a34-4190-8149-302f77469936");
    }

    @Test
    void tokenOfAnAgentIdentity_hasTheDocumentedClaims() throws Exception {
        JWTClaimsSet claims = claims(agentToken(READER, STORAGE));

        assertThat(claims.getIssuer()).isEqualTo("https://sts.windows.net/" + TENANT + "/");
        assertThat(claims.getAudience()).containsExactly("https://storage.azure.com");
        assertThat(claims.getSubject()).isEqualTo(READER);
        assertThat(claims.getClaims())
                .containsEntry("appid", READER)
                .containsEntry("appidacr", "2")
                .containsEntry("oid", READER)
                .containsEntry("idtyp", "app")
                .containsEntry("tid", TENANT)
                .containsEntry("ver", "1.0")
                .containsEntry("xms_par_app_azp", BLUEPRINT)
                .containsEntry("xms_act_fct", "3 9 11")
                .containsEntry("xms_sub_fct", "9 3 11")
                .containsEntry("xms_tnt_fct", "3 9")
                .containsEntry("xms_idrel", "7 10");
    }

    @Test
    void tokenOfAnAgentIdentity_forTokenExchange_isItsOwn() throws Exception {
        JWTClaimsSet claims = claims(agentToken(READER, EXCHANGE + "/.default"));

        assertThat(claims.getAudience()).containsExactly("fb60f99c-7a34-4190-8149-302f77469936");
        assertThat(claims.getSubject()).isEqualTo(READER);
        assertThat(claims.getClaims())
                .containsEntry("azp", READER)
                .containsEntry("azpacr", "2")
                .containsEntry("oid", READER)
                .containsEntry("xms_par_app_azp", BLUEPRINT);
    }

    @Test
    void agentIdentity_ofItsNameInCapitals_isTheSame() throws Exception {
        var form = blueprintForm(READER.toUpperCase(Locale.ROOT));

        assertThat(token(agentForm(READER, accessToken(token(form)), STORAGE)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void agentIdentity_onBehalfOfAUser_getsTheUsersTokenAndARefreshToken() throws Exception {
        HttpResponse<String> answer = onBehalfOf(READER, userToken("api://" + BLUEPRINT + "/.default"));
        JWTClaimsSet claims = Client.claims(answer);

        assertThat(claims.getClaims())
                .containsEntry("appid", READER)
                .containsEntry("idtyp", "user")
                .containsEntry("upn", azure.userPrincipalName())
                .containsEntry("scp", "user_impersonation")
                .containsEntry("xms_par_app_azp", BLUEPRINT);
        assertThat(facets(claims, "xms_act_fct")).contains("11");
        assertThat(facets(claims, "xms_sub_fct")).doesNotContain("11", "13");

        var refresh = agentForm(READER, blueprintToken(READER), "https://vault.azure.net/.default");
        refresh.put("grant_type", "refresh_token");
        refresh.put("refresh_token", (String) Client.json(answer).get("refresh_token"));
        assertThat(Client.claims(token(refresh)).getClaims())
                .containsEntry("appid", READER)
                .containsEntry("aud", List.of("https://vault.azure.net"))
                .containsEntry("xms_par_app_azp", BLUEPRINT);

        refresh.put("client_assertion", blueprintToken(STRANGER));
        assertRefused(token(refresh), 7002137);
    }

    @ParameterizedTest
    @CsvSource({"username, " + ACCOUNT_NAME, "username, READER@agents.example", "user_id, " + ACCOUNT})
    void agentIdentity_asItsOwnUserAccount_getsTheAccountsToken(String parameter, String account) throws Exception {
        JWTClaimsSet claims = Client.claims(token(ownUserForm(READER, parameter, account)));

        assertThat(claims.getClaims())
                .containsEntry("appid", READER)
                .containsEntry("idtyp", "user")
                .containsEntry("oid", ACCOUNT)
                .containsEntry("upn", ACCOUNT_NAME)
                .containsEntry("scp", "user_impersonation")
                .containsEntry("xms_par_app_azp", BLUEPRINT);
        assertThat(facets(claims, "xms_act_fct")).contains("11");
        assertThat(facets(claims, "xms_sub_fct")).contains("13").doesNotContain("11");
    }

    @Test
    void storage_letsAnAgentWithARoleRead_andNoOther() throws Exception {
        String account = accessToken(token(ownUserForm(READER, "username", ACCOUNT_NAME)));

        assertThat(blob(agentToken(READER, STORAGE)).statusCode()).isEqualTo(200);
        assertThat(blob(account).statusCode()).isEqualTo(200);
        assertThat(blob(agentToken(STRANGER, STORAGE)).statusCode()).isEqualTo(403);
    }

    @Test
    void roleOfAnApplication_ofAnAgentIdentity_isInItsToken() throws Exception {
        use(world().appRole(READER, APPLICATION, "Orders.Read"));

        assertThat(claims(agentToken(READER, APPLICATION + "/.default")).getStringListClaim("roles"))
                .containsExactly("Orders.Read");
        assertThat(claims(agentToken(STRANGER, APPLICATION + "/.default")).getClaim("roles"))
                .isNull();
    }

    @Test
    void requests_ofAnAgentIdentity_areRecordedWithItsBlueprint() throws Exception {
        use(world());
        blob(agentToken(READER, STORAGE));

        assertThat(azure.requests())
                .extracting(RecordedRequest::server, RecordedRequest::identity, RecordedRequest::blueprint)
                .endsWith(
                        tuple("entra", READER, BLUEPRINT),
                        tuple("entra", READER, BLUEPRINT),
                        tuple("storage", READER, BLUEPRINT));
        assertThat(azure.requests()).extracting(RecordedRequest::pod).containsOnly("");
    }

    @Test
    void blueprint_withoutAgent_isRefused() throws Exception {
        var form = blueprintForm(READER);
        form.remove("fmi_path");
        assertRefused(token(form), 82008);
        form.put("fmi_path", "");
        assertRefused(token(form), 82008);
    }

    @Test
    void blueprint_forAResource_isRefusedUnlessItIsGraph() throws Exception {
        var form = blueprintForm(READER);
        form.put("scope", STORAGE);
        assertRefused(token(form), 82001);

        form.put("scope", "https://graph.microsoft.com/.default");
        assertThat(Client.claims(token(form)).getClaims())
                .containsEntry("appid", BLUEPRINT)
                .doesNotContainKey("xms_par_app_azp");
    }

    @Test
    void blueprint_onBehalfOfAUserItself_isRefused() throws Exception {
        var form = blueprintForm(READER);
        form.put("grant_type", ON_BEHALF_OF);
        form.put("requested_token_use", "on_behalf_of");
        form.put("assertion", userToken("api://" + BLUEPRINT + "/.default"));
        form.put("scope", STORAGE);

        assertRefused(token(form), 82002);
    }

    @Test
    void tokenExchangeOfTheStandard_isRefused() throws Exception {
        var form = blueprintForm(READER);
        form.put("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
        assertRefused(token(form), 82001);

        form.put("client_id", APPLICATION);
        form.put("client_secret", "secret");
        assertRefused(token(form), 70003);
    }

    @Test
    void blueprint_withoutAFittingCredential_isRefused() throws Exception {
        use(PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .identity(IDENTITY)
                .withoutAssumedCredentials()
                .agentBlueprint(BLUEPRINT, BLUEPRINT)
                .agentIdentity(BLUEPRINT, READER, READER));

        assertRefused(token(blueprintForm(READER)), 700211);
    }

    @Test
    void blueprint_withoutAnyCredential_acceptsTheNodesIdentity() throws Exception {
        use(PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .identity(IDENTITY)
                .agentBlueprint(BLUEPRINT, BLUEPRINT)
                .agentIdentity(BLUEPRINT, READER, READER));

        assertThat(blob(agentToken(READER, STORAGE)).statusCode()).isEqualTo(200);
    }

    /** The way of a pod: its service account is annotated with the blueprint's client ID. */
    @Test
    void blueprint_ofAPodsServiceAccount_acceptsIt() throws Exception {
        use(PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .agentBlueprint(BLUEPRINT, BLUEPRINT)
                .agentIdentity(BLUEPRINT, READER, READER)
                .manifests(
                        new ManifestReader(Profile.WORKLOAD_IDENTITY).readText("pods.yaml", """
                        apiVersion: v1
                        kind: ServiceAccount
                        metadata: {name: agents, namespace: shop, annotations: {azure.workload.identity/client-id: %s}}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: agents, namespace: shop, labels: {azure.workload.identity/use: "true"}}
                        spec: {serviceAccountName: agents, containers: [{name: app, image: app}]}
                        """.formatted(BLUEPRINT))));
        Map<String, String> pod = azure.pod("shop/agents").environment();
        var form = blueprintForm(READER, Files.readString(Path.of(pod.get("AZURE_FEDERATED_TOKEN_FILE"))));

        String agents = accessToken(token(agentForm(READER, accessToken(token(form)), STORAGE)));

        assertThat(pod).containsEntry("AZURE_CLIENT_ID", BLUEPRINT);
        assertThat(blob(agents).statusCode()).isEqualTo(200);
        assertThat(azure.requests())
                .extracting(RecordedRequest::pod, RecordedRequest::identity, RecordedRequest::blueprint)
                .containsExactly(
                        tuple("shop/agents", READER, BLUEPRINT),
                        tuple("", READER, BLUEPRINT),
                        tuple("", READER, BLUEPRINT));
    }

    /** An identity's token that a service account's token has got is no credential. */
    @Test
    void blueprint_withATokenOfWorkloadIdentity_isRefused() throws Exception {
        String trusted = "20000000-0000-4000-8000-0000000000ff";
        use(world().unassignedIdentity(new ManagedIdentity("pods", trusted, trusted))
                .federatedCredential(BLUEPRINT, ISSUER, trusted, EXCHANGE)
                .federatedServiceAccount(trusted, "system:serviceaccount:demo:demo", Duration.ZERO));
        var exchange = Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                trusted,
                "scope",
                EXCHANGE + "/.default",
                "client_assertion_type",
                ASSERTION_TYPE,
                "client_assertion",
                azure.serviceAccountToken("demo", "demo", Duration.ofHours(1), EXCHANGE));
        var form = blueprintForm(READER);
        form.put("client_assertion", accessToken(token(exchange)));

        assertRefused(token(form), 700231);
    }

    @Test
    void agentIdentity_ofAnotherBlueprint_isRefused() throws Exception {
        assertRefused(token(agentForm(OTHERS_AGENT, blueprintToken(OTHERS_AGENT), STORAGE)), 7002137);
    }

    @Test
    void agentIdentity_withATokenThatNamesAnother_isRefused() throws Exception {
        assertRefused(token(agentForm(READER, blueprintToken(STRANGER), STORAGE)), 7002137);
        assertRefused(token(agentForm(READER, blueprintToken("no-agent"), STORAGE)), 7002137);
    }

    @Test
    void agentIdentity_withATokenOfAnotherTenant_isRefused() throws Exception {
        String elsewhere = accessToken(tokenIn(OTHER_TENANT, blueprintForm(READER)));

        assertRefused(token(agentForm(READER, elsewhere, STORAGE)), 700211);
        assertRefused(tokenIn(OTHER_TENANT, agentForm(READER, elsewhere, STORAGE)), 700016);
    }

    @Test
    void agentIdentity_withAnotherCredential_isRefused() throws Exception {
        assertRefused(token(agentForm(READER, identityToken(), STORAGE)), 700213);
        assertRefused(token(agentForm(READER, agentToken(READER, EXCHANGE + "/.default"), STORAGE)), 700226);
        assertRefused(token(agentForm(READER, agentToken(READER, STORAGE), STORAGE)), 700211);
        assertRefused(token(agentForm(READER, "no token", STORAGE)), 50027);
        assertRefused(token(agentForm(READER, withOtherSignature(blueprintToken(READER)), STORAGE)), 50013);
        assertRefused(
                token(Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        READER,
                        "scope",
                        STORAGE,
                        "client_secret",
                        "secret")),
                7000215);
    }

    @Test
    void agentIdentity_withAnOldToken_isRefused() throws Exception {
        var clock = new ManualClock(Instant.parse("2026-11-24T12:00:00Z"));
        use(world().clock(clock));
        String old = blueprintToken(READER);
        clock.advance(Duration.ofMinutes(66));

        assertRefused(token(agentForm(READER, old, STORAGE)), 700024);
    }

    @Test
    void application_withATokenOfABlueprint_isRefused() throws Exception {
        assertRefused(token(agentForm(APPLICATION, blueprintToken(READER), STORAGE)), 700211);
        assertRefused(token(agentForm(BLUEPRINT, blueprintToken(READER), STORAGE)), 7002137);
    }

    @Test
    void agentIdentity_onBehalfOfAUserOfAnotherApplication_isRefused() throws Exception {
        assertRefused(onBehalfOf(READER, userToken(STORAGE)), 50013);
        assertRefused(onBehalfOf(READER, userToken("api://" + READER + "/.default")), 50013);
        assertRefused(onBehalfOf(READER, agentToken(READER, "api://" + BLUEPRINT + "/.default")), 7000114);
    }

    @ParameterizedTest
    @ValueSource(strings = {READER, BLUEPRINT})
    void agentIdentity_withoutConsent_actsForNobody(String withoutConsent) throws Exception {
        use(world().withoutConsent(withoutConsent));

        assertRefused(onBehalfOf(READER, userToken("api://" + BLUEPRINT + "/.default")), 65001);
        assertRefused(token(ownUserForm(READER, "username", ACCOUNT_NAME)), 65001);
        assertThat(blob(agentToken(READER, STORAGE)).statusCode()).isEqualTo(200);
    }

    @Test
    void agentIdentity_asAnotherUser_isRefused() throws Exception {
        assertRefused(token(ownUserForm(STRANGER, "username", ACCOUNT_NAME)), 700213);
        assertRefused(token(ownUserForm(READER, "username", azure.userPrincipalName())), 700213);
        assertRefused(token(ownUserForm(READER, "username", "nobody@agents.example")), 50034);
        assertRefused(token(ownUserForm(READER, "user_id", STRANGER)), 50034);
        assertRefused(token(ownUserForm(READER, "user_id", ACCOUNT_NAME)), 50000);
    }

    @Test
    void agentIdentity_asAUserThatIsNotClear_isRefused() throws Exception {
        var form = ownUserForm(READER, "username", ACCOUNT_NAME);
        form.put("user_id", ACCOUNT);
        assertRefused(token(form), 9002313);
        form.remove("user_id");
        form.remove("username");
        assertRefused(token(form), 900144);
    }

    @Test
    void agentIdentity_asItsOwnUserAccountWithAnotherToken_isRefused() throws Exception {
        var form = ownUserForm(READER, "username", ACCOUNT_NAME);
        form.put("user_federated_identity_credential", blueprintToken(READER));
        assertRefused(token(form), 700213);
        form.put("user_federated_identity_credential", agentToken(STRANGER, EXCHANGE + "/.default"));
        assertRefused(token(form), 700213);
        form.put("user_federated_identity_credential", agentToken(READER, STORAGE));
        assertRefused(token(form), 700213);
        form.put("user_federated_identity_credential", "no token");
        assertRefused(token(form), 50013);
        form.remove("user_federated_identity_credential");
        assertRefused(token(form), 900144);
    }

    @Test
    void application_asAnAgentsUser_isRefused() throws Exception {
        var form = ownUserForm(READER, "username", ACCOUNT_NAME);
        form.keySet().removeIf(name -> name.startsWith("client_assertion"));
        form.put("client_id", APPLICATION);
        form.put("client_secret", "secret");

        assertRefused(token(form), 70003);
    }

    @ParameterizedTest
    @CsvSource({BLUEPRINT + ", 82006", READER + ", 82014"})
    void user_signingInWithAnAgent_isRefused(String clientId, int number) throws Exception {
        assertRefused(deviceCode(clientId, STORAGE), number);

        var page = client.get(azure.entra() + "/" + TENANT + "/oauth2/v2.0/authorize?response_type=code&scope=openid"
                + "&redirect_uri=https%3A%2F%2Fagent.example&client_id=" + clientId);
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.body()).startsWith("AADSTS" + number + ": ");
    }

    @Test
    void refusal_always_holdsNoToken() throws Exception {
        String blueprints = blueprintToken(STRANGER);
        var form = ownUserForm(READER, "username", ACCOUNT_NAME);
        form.put("user_federated_identity_credential", blueprints);

        assertThat(token(form).body()).doesNotContain("eyJ");
        assertThat(token(agentForm(READER, blueprints, STORAGE)).body()).doesNotContain("eyJ");
        assertThat(azure.requests().toString()).doesNotContain("eyJ");
    }

    @Test
    void builder_withAnAgentOfNoBlueprint_isRefused() {
        assertThatThrownBy(() -> PodIdentityEmulator.builder()
                        .agentIdentity(APPLICATION, READER, READER)
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Agent identity " + READER + " is of blueprint " + APPLICATION
                        + ", which is not there: add it with agentBlueprint(…)");
    }

    @Test
    void builder_withACredentialOfAnAgent_isRefused() {
        assertThatThrownBy(() -> world().expiredSecret(READER, "old").start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Agent identity " + READER + " can have no credential of its own");
        assertThatThrownBy(() -> world().federatedCredential(READER, ISSUER, "subject", EXCHANGE)
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Agent identity " + READER + " can have no credential of its own");
    }

    @Test
    void builder_withAUserOfNoAgent_orASecondOne_isRefused() {
        assertThatThrownBy(() -> world().agentUser(APPLICATION, "x@agents.example", ACCOUNT)
                        .start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is of agent identity " + APPLICATION + ", which is not there");
        assertThatThrownBy(() ->
                        world().agentUser(READER, "x@agents.example", READER).start())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has a user account already");
    }

    private static List<String> facets(JWTClaimsSet claims, String name) throws ParseException {
        return List.of(claims.getStringClaim(name).split(" "));
    }

    private Map<String, String> blueprintForm(String agent) throws Exception {
        return blueprintForm(agent, identityToken());
    }

    private static Map<String, String> blueprintForm(String agent, String assertion) {
        return new HashMap<>(Map.of(
                "grant_type",
                "client_credentials",
                "client_id",
                BLUEPRINT,
                "scope",
                EXCHANGE + "/.default",
                "fmi_path",
                agent,
                "client_assertion_type",
                ASSERTION_TYPE,
                "client_assertion",
                assertion));
    }

    private String blueprintToken(String agent) throws Exception {
        return accessToken(token(blueprintForm(agent)));
    }

    private static Map<String, String> agentForm(String agent, String blueprintToken, String scope) {
        return new HashMap<>(Map.of(
                "grant_type", "client_credentials",
                "client_id", agent,
                "scope", scope,
                "client_assertion_type", ASSERTION_TYPE,
                "client_assertion", blueprintToken));
    }

    private String agentToken(String agent, String scope) throws Exception {
        return accessToken(token(agentForm(agent, blueprintToken(agent), scope)));
    }

    private Map<String, String> ownUserForm(String agent, String parameter, String account) throws Exception {
        var form = agentForm(agent, blueprintToken(agent), STORAGE);
        form.put("grant_type", "user_fic");
        form.put("requested_token_use", "on_behalf_of");
        form.put("user_federated_identity_credential", agentToken(agent, EXCHANGE + "/.default"));
        form.put(parameter, account);
        return form;
    }

    private HttpResponse<String> onBehalfOf(String agent, String userToken) throws Exception {
        var form = agentForm(agent, blueprintToken(agent), STORAGE + " offline_access");
        form.put("grant_type", ON_BEHALF_OF);
        form.put("requested_token_use", "on_behalf_of");
        form.put("assertion", userToken);
        return token(form);
    }

    private String userToken(String scope) throws Exception {
        var code = Client.json(deviceCode(AZ, scope)).get("device_code");
        return accessToken(token(Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:device_code",
                "client_id",
                AZ,
                "scope",
                scope,
                "device_code",
                (String) code)));
    }

    private HttpResponse<String> deviceCode(String clientId, String scope) throws Exception {
        return client.post(
                azure.entra() + "/" + TENANT + "/oauth2/v2.0/devicecode",
                Map.of("client_id", clientId, "scope", scope));
    }

    private String identityToken() throws Exception {
        return accessToken(client.get(
                azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=" + EXCHANGE
                        + "&client_id=" + IDENTITY.clientId(),
                "Metadata",
                "true"));
    }

    private HttpResponse<String> token(Map<String, String> form) throws Exception {
        return tokenIn(TENANT, form);
    }

    private HttpResponse<String> tokenIn(String tenant, Map<String, String> form) throws Exception {
        return client.post(azure.entra() + "/" + tenant + "/oauth2/v2.0/token", form);
    }

    private HttpResponse<String> blob(String token) throws Exception {
        return client.get(
                azure.storage() + "/samples/hello.txt",
                "Authorization",
                "Bearer " + token,
                "x-ms-version",
                "2023-11-03");
    }

    private static String withOtherSignature(String token) {
        return token.substring(0, token.lastIndexOf('.') + 1) + "AAAA";
    }

    private static String accessToken(HttpResponse<String> answer) throws ParseException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return (String) Client.json(answer).get("access_token");
    }

    private static JWTClaimsSet claims(String token) throws ParseException {
        return SignedJWT.parse(token).getJWTClaimsSet();
    }

    private static void assertRefused(HttpResponse<String> answer, int number) throws Exception {
        assertThat(Client.json(answer)).containsEntry("error_codes", List.of((long) number));
    }
}
