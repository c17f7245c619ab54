// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.azure.core.credential.AccessToken;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.storage.blob.BlobClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.BlobStorageException;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.IClientCredential;
import com.microsoft.aad.msal4j.MsalServiceException;
import com.microsoft.aad.msal4j.OnBehalfOfParameters;
import com.microsoft.aad.msal4j.SilentParameters;
import com.microsoft.aad.msal4j.UserAssertion;
import com.microsoft.aad.msal4j.UserFederatedIdentityCredentialParameters;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.testsupport.Client;
import java.net.MalformedURLException;
import java.net.http.HttpClient;
import java.text.ParseException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Agent identities as msal4j asks for their tokens, and Azure's storage client uses them. */
class AgentClientsIT {

    private static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";
    private static final String OTHER_BLUEPRINT = "b1000000-0000-4000-8000-000000000002";
    private static final String READER = "a6000000-0000-4000-8000-000000000001";
    private static final String STRANGER = "a6000000-0000-4000-8000-000000000002";
    private static final String ACCOUNT = "ac000000-0000-4000-8000-000000000001";
    private static final String ACCOUNT_NAME = "reader@agents.example";
    private static final String AZ = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";

    private static final Set<String> EXCHANGE = Set.of("api://AzureADTokenExchange/.default");
    private static final Set<String> STORAGE = Set.of("https://storage.azure.com/.default");

    private static final ManagedIdentity IDENTITY = ManagedIdentity.named("orders");

    private static PodIdentityEmulator azure;
    private static Client client;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.builder()
                .identity(IDENTITY)
                .agentBlueprint(BLUEPRINT, BLUEPRINT)
                .agentBlueprint(OTHER_BLUEPRINT, OTHER_BLUEPRINT)
                .agentIdentity(BLUEPRINT, READER, READER)
                .agentIdentity(BLUEPRINT, STRANGER, STRANGER)
                .agentUser(READER, ACCOUNT_NAME, ACCOUNT)
                .role(READER, "Storage Blob Data Reader")
                .start();
        client = Client.of(azure.sslContext());
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @Test
    void msal4j_ofAnAgentIdentity_getsItsToken() throws Exception {
        var result = agent(READER)
                .acquireToken(ClientCredentialParameters.builder(STORAGE).build())
                .join();

        assertThat(claims(result))
                .containsEntry("appid", READER)
                .containsEntry("xms_par_app_azp", BLUEPRINT)
                .containsEntry("idtyp", "app");
    }

    @Test
    void msal4j_onBehalfOfAUser_getsTheUsersTokenFromTheAgent() throws Exception {
        var result = agent(READER)
                .acquireToken(OnBehalfOfParameters.builder(STORAGE, new UserAssertion(userToken("api://" + BLUEPRINT)))
                        .build())
                .join();

        assertThat(claims(result))
                .containsEntry("appid", READER)
                .containsEntry("upn", azure.userPrincipalName())
                .containsEntry("xms_par_app_azp", BLUEPRINT);
    }

    @Test
    void msal4j_asTheAgentsUser_getsItsTokenByNameAndByObjectId() throws Exception {
        ConfidentialClientApplication agent = agent(READER);
        String own = agent.acquireToken(
                        ClientCredentialParameters.builder(EXCHANGE).build())
                .join()
                .accessToken();

        var byName = agent.acquireToken(UserFederatedIdentityCredentialParameters.builder(STORAGE, ACCOUNT_NAME, own)
                        .build())
                .join();
        var byObjectId = agent.acquireToken(
                        UserFederatedIdentityCredentialParameters.builder(STORAGE, UUID.fromString(ACCOUNT), own)
                                .forceRefresh(true)
                                .build())
                .join();

        assertThat(claims(byName)).containsEntry("oid", ACCOUNT).containsEntry("upn", ACCOUNT_NAME);
        assertThat(claims(byObjectId)).containsEntry("oid", ACCOUNT).containsEntry("appid", READER);
        assertThat(byName.account().username()).isEqualTo(ACCOUNT_NAME);
        assertThat(byName.account().homeAccountId()).isEqualTo(ACCOUNT + "." + azure.tenantId());
        assertThat(agent.acquireTokenSilently(SilentParameters.builder(STORAGE, byObjectId.account())
                                .build())
                        .join()
                        .accessToken())
                .isEqualTo(byObjectId.accessToken());
    }

    @Test
    void msal4j_whenRefused_showsEntrasNumber() throws Exception {
        assertRefused(
                blueprint()
                        .acquireToken(
                                ClientCredentialParameters.builder(EXCHANGE).build()),
                "82008");
        assertRefused(
                blueprint()
                        .acquireToken(
                                ClientCredentialParameters.builder(STORAGE).build()),
                "82001");
        assertRefused(
                application(READER, ClientCredentialFactory.createFromClientAssertion(blueprintToken(STRANGER)))
                        .acquireToken(
                                ClientCredentialParameters.builder(STORAGE).build()),
                "7002137");
        assertRefused(
                agent(READER)
                        .acquireToken(OnBehalfOfParameters.builder(
                                        STORAGE, new UserAssertion(userToken("api://" + OTHER_BLUEPRINT)))
                                .build()),
                "50013");
        String strangers = agent(STRANGER)
                .acquireToken(ClientCredentialParameters.builder(EXCHANGE).build())
                .join()
                .accessToken();
        assertRefused(
                agent(STRANGER)
                        .acquireToken(
                                UserFederatedIdentityCredentialParameters.builder(STORAGE, ACCOUNT_NAME, strangers)
                                        .build()),
                "700213");
    }

    @Test
    void storageClient_ofAnAgentWithoutARole_isRefused() throws Exception {
        assertThat(blob(READER).downloadContent().toString()).isNotEmpty();
        assertThatExceptionOfType(BlobStorageException.class)
                .isThrownBy(() -> blob(STRANGER).downloadContent())
                .satisfies(refusal -> {
                    assertThat(refusal.getStatusCode()).isEqualTo(403);
                    assertThat(refusal.getErrorCode()).hasToString("AuthorizationPermissionMismatch");
                });
    }

    private static BlobClient blob(String agent) throws MalformedURLException {
        String token = agent(agent)
                .acquireToken(ClientCredentialParameters.builder(STORAGE).build())
                .join()
                .accessToken();
        return new BlobServiceClientBuilder()
                .endpoint(azure.storage().toString())
                .httpClient(new JdkHttpClientBuilder(HttpClient.newBuilder().sslContext(azure.sslContext())).build())
                .credential(request -> Mono.just(new AccessToken(
                        token, OffsetDateTime.now(ZoneOffset.UTC).plusHours(1))))
                .buildClient()
                .getBlobContainerClient("samples")
                .getBlobClient("hello.txt");
    }

    private static ConfidentialClientApplication agent(String clientId) throws MalformedURLException {
        return application(clientId, ClientCredentialFactory.createFromCallback(() -> blueprintToken(clientId)));
    }

    private static String blueprintToken(String agent) throws MalformedURLException {
        return blueprint()
                .acquireToken(ClientCredentialParameters.builder(EXCHANGE)
                        .fmiPath(agent)
                        .build())
                .join()
                .accessToken();
    }

    private static ConfidentialClientApplication blueprint() throws MalformedURLException {
        return application(BLUEPRINT, ClientCredentialFactory.createFromCallback(AgentClientsIT::identityToken));
    }

    private static ConfidentialClientApplication application(String clientId, IClientCredential credential)
            throws MalformedURLException {
        return ConfidentialClientApplication.builder(clientId, credential)
                .authority(azure.entra() + "/" + azure.tenantId() + "/")
                .instanceDiscovery(false)
                .sslSocketFactory(azure.sslContext().getSocketFactory())
                .build();
    }

    private static String identityToken() throws Exception {
        var answer = client.get(
                azure.imds() + "/metadata/identity/oauth2/token?api-version=2018-02-01"
                        + "&resource=api://AzureADTokenExchange&client_id=" + IDENTITY.clientId(),
                "Metadata",
                "true");
        return (String) Client.json(answer).get("access_token");
    }

    private static String userToken(String resource) throws Exception {
        String oauth2 = azure.entra() + "/" + azure.tenantId() + "/oauth2/v2.0/";
        var scope = Map.of("client_id", AZ, "scope", resource + "/.default");
        var code = Client.json(client.post(oauth2 + "devicecode", scope)).get("device_code");
        var answer = client.post(
                oauth2 + "token",
                Map.of(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_id",
                        AZ,
                        "scope",
                        resource + "/.default",
                        "device_code",
                        (String) code));
        return (String) Client.json(answer).get("access_token");
    }

    private static Map<String, Object> claims(IAuthenticationResult result) throws ParseException {
        return SignedJWT.parse(result.accessToken()).getJWTClaimsSet().getClaims();
    }

    private static void assertRefused(CompletableFuture<IAuthenticationResult> result, String number) {
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(result::join)
                .havingCause()
                .isInstanceOf(MsalServiceException.class)
                .withMessageContaining("AADSTS" + number + ": ")
                .satisfies(refusal ->
                        assertThat(String.valueOf(refusal.getMessage())).doesNotContain("eyJ"));
    }
}
