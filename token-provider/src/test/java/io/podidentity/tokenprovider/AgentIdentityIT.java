// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IHttpClient;
import com.microsoft.aad.msal4j.OnBehalfOfParameters;
import com.microsoft.aad.msal4j.UserAssertion;
import com.microsoft.aad.msal4j.UserFederatedIdentityCredentialParameters;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.testsupport.Client;
import io.podidentity.tokenprovider.internal.application.AgentTokenSource;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.JsonException;
import io.podidentity.tokenprovider.internal.text.JsonReader;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Forms;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Agent identities of the emulated Entra ID: what they get, what each refusal says, and what msal4j sends for it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AgentIdentityIT {
    private static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";
    private static final String OTHER_BLUEPRINT = "b1000000-0000-4000-8000-000000000002";
    private static final String UNTRUSTING = "b1000000-0000-4000-8000-000000000003";
    private static final String AGENT = "a6000000-0000-4000-8000-000000000001";
    private static final String OTHER_AGENT = "a6000000-0000-4000-8000-000000000002";
    private static final String FOREIGN_AGENT = "a6000000-0000-4000-8000-000000000003";
    private static final String ACCOUNT = "ac000000-0000-4000-8000-000000000001";
    private static final String ACCOUNT_NAME = "reader@agents.example";
    private static final String AZ = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    private static final String RESOURCE = "https://storage.azure.com";
    private static final Set<String> SCOPES = Set.of(RESOURCE + "/.default");
    private static final Set<String> EXCHANGE = Set.of("api://AzureADTokenExchange/.default");
    private static final ManagedIdentity IDENTITY = ManagedIdentity.named("orders");

    private static PodIdentityEmulator azure;
    private static Client browser;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.builder()
                .identity(IDENTITY)
                .agentBlueprint(BLUEPRINT, BLUEPRINT)
                .agentBlueprint(OTHER_BLUEPRINT, OTHER_BLUEPRINT)
                .application(UNTRUSTING, UNTRUSTING, "unused")
                .agentIdentity(BLUEPRINT, AGENT, AGENT)
                .agentIdentity(BLUEPRINT, OTHER_AGENT, OTHER_AGENT)
                .agentIdentity(OTHER_BLUEPRINT, FOREIGN_AGENT, FOREIGN_AGENT)
                .agentUser(AGENT, ACCOUNT_NAME, ACCOUNT)
                .start();
        browser = Client.of(azure.sslContext());
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @Test
    void getAccessToken_ofTwoAgents_isEachOnesOwn() {
        AzureServiceTokenProvider provider = provider(connectionString(BLUEPRINT));

        Principal agent = principal(provider.asAgent(AgentIdentity.ofClientId(AGENT)));
        Principal other = principal(provider.asAgent(AgentIdentity.ofClientId(OTHER_AGENT)));

        assertThat(agent)
                .hasToString("Agent " + AGENT + ", blueprint " + BLUEPRINT + ", object ID " + AGENT + ", tenant "
                        + azure.tenantId());
        assertThat(other.appId()).hasValue(OTHER_AGENT);
    }

    @Test
    void getAccessToken_ofTheConnectionStringsAgentAndUser_needsNoMore() {
        AzureServiceTokenProvider agent = provider(connectionString(BLUEPRINT) + ";AgentId=" + AGENT);
        AzureServiceTokenProvider user =
                provider(connectionString(BLUEPRINT) + ";AgentId=" + AGENT + ";AgentUser=" + ACCOUNT);

        assertThat(principal(agent).appId()).hasValue(AGENT);
        assertThat(principal(user))
                .hasToString("User " + ACCOUNT_NAME + ", agent " + AGENT + ", blueprint " + BLUEPRINT + ", object ID "
                        + ACCOUNT + ", tenant " + azure.tenantId());
    }

    @Test
    void onBehalfOf_byAnAgent_namesTheUserAndTheAgent() throws Exception {
        AzureServiceTokenProvider provider =
                provider(connectionString(BLUEPRINT)).asAgent(AgentIdentity.ofClientId(AGENT));

        Principal principal = principal(provider.onBehalfOf(userToken("api://" + BLUEPRINT)));

        assertThat(principal.userPrincipalName()).hasValue(azure.userPrincipalName());
        assertThat(principal.appId()).hasValue(AGENT);
        assertThat(principal.blueprintId()).hasValue(BLUEPRINT);
    }

    @Test
    void explain_ofAnAgent_saysAgentAndBlueprint() {
        Explanation explanation =
                provider(connectionString(BLUEPRINT) + ";AgentId=" + AGENT).explain(RESOURCE);

        assertThat(explanation.toString()).contains("Agent identity: ", "Agent " + AGENT + ", blueprint " + BLUEPRINT);
        assertThat(explanation.toJson()).contains("\"blueprintId\":\"" + BLUEPRINT + "\"");
    }

    @Test
    void getAccessToken_whenAStepIsRefused_namesTheStepAndWhatToDo() throws Exception {
        assertThat(failure(connectionString(BLUEPRINT), AgentIdentity.ofClientId(FOREIGN_AGENT)))
                .hasMessageContaining(": agent identity " + FOREIGN_AGENT + "'s token: HTTP ")
                .hasMessageContaining("Is the agent identity " + FOREIGN_AGENT + " one of the blueprint " + BLUEPRINT);
        assertThat(failure(connectionString(UNTRUSTING), AgentIdentity.ofClientId(AGENT)))
                .hasMessageContaining(": the blueprint's token for agent identity " + AGENT + ": HTTP ")
                .hasMessageContaining("AADSTS7")
                .hasMessageContaining("Give the blueprint a federated credential with these values");
        assertThat(failure(connectionString(UNTRUSTING), AgentIdentity.ofClientId(AGENT))
                        .attempts()
                        .get(0)
                        .remedy())
                .contains("subject " + IDENTITY.objectId() + ", audience api://AzureADTokenExchange.");
        assertThat(failure(
                        connectionString(BLUEPRINT),
                        AgentIdentity.ofClientId(OTHER_AGENT).withUserPrincipalName(ACCOUNT_NAME)))
                .hasMessageContaining(": agent identity " + OTHER_AGENT + "'s token for its user account: HTTP ")
                .hasMessageContaining("Check the user account");
        AzureServiceTokenProvider ofAnother = provider(connectionString(BLUEPRINT) + ";AgentId=" + AGENT)
                .onBehalfOf(userToken("api://" + OTHER_BLUEPRINT));
        assertThat(failure(ofAnother))
                .hasMessageContaining("'s token on behalf of the user: HTTP 400 \"AADSTS50013\"")
                .hasMessageContaining("its aud is " + BLUEPRINT);
    }

    @Test
    void requests_ofEachStep_areThoseOfMsal4j() throws Exception {
        String proof = identityToken();
        String userToken = userToken("api://" + BLUEPRINT);
        Recorder ours = new Recorder(proof, userToken);
        Recorder theirs = new Recorder(proof, userToken);

        sendOurs(ours, proof, userToken);
        sendTheirs(theirs, proof, userToken);

        // A file to read, next to the assertion: one line for each request.
        List<String> lines = new ArrayList<>();
        ours.forms.forEach(form -> lines.add("ours   " + form));
        theirs.forms.forEach(form -> lines.add("msal4j " + form));
        Files.write(Path.of("target", "agent-requests.txt"), lines);
        assertThat(ours.forms).hasSize(6);
        assertThat(theirs.forms.stream().map(AgentIdentityIT::withoutMsalsOwn)).containsExactlyElementsOf(ours.forms);
    }

    /** The steps of an agent identity for itself, on behalf of a user, and for its user account by both of its IDs. */
    private static void sendOurs(Recorder recorder, String proof, String userToken) throws Exception {
        HttpTransport transport = new HttpTransport(Time.SYSTEM, Environment.of(Map.of()), null, azure.sslContext()) {
            @Override
            public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
                HttpResponse response = super.send(request);
                recorder.record(request.form(), response.body());
                return response;
            }
        };
        TokenSource source = new AgentTokenSource(
                new EntraClient(EntraAuthority.of(azure.entra().toString(), "none"), null, transport, Time.SYSTEM),
                azure.tenantId(),
                BLUEPRINT,
                new ClientAssertion(ClientAssertion.suppliedBy(() -> proof)),
                null,
                ProcessCaches::cacheProofs);
        AgentIdentity agent = AgentIdentity.ofClientId(AGENT);
        TokenRequest request = TokenRequest.forResource(RESOURCE)
                .withDeadline(Duration.ofSeconds(30))
                .withAgent(agent);
        source.acquire(request);
        source.acquire(request.withUserAssertion(userToken));
        source.acquire(request.withAgent(agent.withUserPrincipalName(ACCOUNT_NAME)));
        source.acquire(request.withAgent(agent.withUserObjectId(ACCOUNT)));
    }

    /** The same with msal4j, as its documentation says it: one client for the blueprint, and one for the agent. */
    private static void sendTheirs(Recorder recorder, String proof, String userToken) throws Exception {
        IHttpClient http = recording(recorder);
        ConfidentialClientApplication blueprint = ConfidentialClientApplication.builder(
                        BLUEPRINT, ClientCredentialFactory.createFromClientAssertion(proof))
                .authority(azure.entra() + "/" + azure.tenantId() + "/")
                .instanceDiscovery(false)
                .httpClient(http)
                .build();
        ConfidentialClientApplication agent = ConfidentialClientApplication.builder(
                        AGENT,
                        ClientCredentialFactory.createFromCallback(options -> blueprint
                                .acquireToken(ClientCredentialParameters.builder(EXCHANGE)
                                        .fmiPath(AGENT)
                                        .build())
                                .join()
                                .accessToken()))
                .authority(azure.entra() + "/" + azure.tenantId() + "/")
                .instanceDiscovery(false)
                .httpClient(http)
                .build();
        agent.acquireToken(ClientCredentialParameters.builder(SCOPES).build()).join();
        agent.acquireToken(OnBehalfOfParameters.builder(SCOPES, new UserAssertion(userToken))
                        .build())
                .join();
        String exchange = agent.acquireToken(
                        ClientCredentialParameters.builder(EXCHANGE).build())
                .join()
                .accessToken();
        agent.acquireToken(UserFederatedIdentityCredentialParameters.builder(SCOPES, ACCOUNT_NAME, exchange)
                        .build())
                .join();
        agent.acquireToken(UserFederatedIdentityCredentialParameters.builder(SCOPES, UUID.fromString(ACCOUNT), exchange)
                        .forceRefresh(true)
                        .build())
                .join();
    }

    private static IHttpClient recording(Recorder recorder) {
        HttpClient client =
                HttpClient.newBuilder().sslContext(azure.sslContext()).build();
        return request -> {
            var post = java.net.http.HttpRequest.newBuilder(request.url().toURI())
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString(request.body()))
                    .build();
            var answer = client.send(post, java.net.http.HttpResponse.BodyHandlers.ofString());
            recorder.record(request.body(), answer.body());
            var response = new com.microsoft.aad.msal4j.HttpResponse();
            response.statusCode(answer.statusCode());
            response.body(answer.body());
            response.addHeaders(answer.headers().map());
            return response;
        };
    }

    /** Leaves out MSAL's {@code client_info}, and the scopes of an ID token and a refresh token. */
    private static Map<String, String> withoutMsalsOwn(Map<String, String> form) {
        Map<String, String> shared = new TreeMap<>(form);
        shared.remove("client_info");
        List<String> scopes = new ArrayList<>(List.of(form.get("scope").split(" ", -1)));
        scopes.removeAll(List.of("openid", "profile", "offline_access"));
        shared.put("scope", String.join(" ", scopes));
        return shared;
    }

    /**
     * The forms that a client sends, each once, with names in place of the tokens. A client may get a token that it has
     * already again, as msal4j does with the blueprint's.
     */
    private static final class Recorder {
        private final Set<Map<String, String>> forms = new LinkedHashSet<>();
        private final Map<String, String> names = new HashMap<>();

        Recorder(String proof, String userToken) {
            names.put(proof, "PROOF");
            names.put(userToken, "USER TOKEN");
        }

        synchronized void record(String body, String answer) {
            Map<String, String> form = new TreeMap<>(Forms.fields(body));
            String name = "TOKEN";
            if (form.containsKey("fmi_path")) {
                name = "T1";
            } else if (form.get("scope").contains("AzureADTokenExchange")) {
                name = "T2";
            }
            form.replaceAll((field, value) -> names.getOrDefault(value, value));
            forms.add(form);
            try {
                names.put(String.valueOf(JsonReader.readObject(answer).get("access_token")), name);
            } catch (JsonException e) {
                throw new AssertionError(answer, e);
            }
        }
    }

    private static String connectionString(String blueprint) {
        return "RunAs=Agent;AppId=" + blueprint + ";TenantId=" + azure.tenantId() + ";ManagedIdentityClientId="
                + IDENTITY.clientId();
    }

    private static AzureServiceTokenProvider provider(String connectionString) {
        return AzureServiceTokenProvider.builder()
                .environment(Map.of(
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.imds().toString(),
                        "AZURE_AUTHORITY_HOST", azure.entra().toString()))
                .sslContext(azure.sslContext())
                .connectionString(connectionString)
                .build();
    }

    private static Principal principal(AzureServiceTokenProvider provider) {
        return provider.getAuthenticationResult(RESOURCE).principal().orElseThrow();
    }

    private static TokenAcquisitionException failure(String connectionString, AgentIdentity agent) {
        return failure(provider(connectionString).asAgent(agent));
    }

    private static TokenAcquisitionException failure(AzureServiceTokenProvider provider) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> provider.getAccessToken(RESOURCE));
    }

    private static String identityToken() throws Exception {
        return (String) Client.json(browser.get(
                        azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01"
                                + "&resource=api://AzureADTokenExchange&client_id=" + IDENTITY.clientId(),
                        "Metadata",
                        "true"))
                .get("access_token");
    }

    private static String userToken(String resource) throws Exception {
        String oauth2 = azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/";
        Map<String, String> scope = Map.of("client_id", AZ, "scope", resource + "/.default");
        String code =
                (String) Client.json(browser.post(oauth2 + "devicecode", scope)).get("device_code");
        return (String) Client.json(browser.post(
                        oauth2 + "token",
                        Map.of(
                                "grant_type",
                                "urn:ietf:params:oauth:grant-type:device_code",
                                "client_id",
                                AZ,
                                "scope",
                                resource + "/.default",
                                "device_code",
                                code)))
                .get("access_token");
    }
}
