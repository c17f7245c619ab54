// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.identity.ClientAssertionCredential;
import com.azure.identity.ClientAssertionCredentialBuilder;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.testsupport.Client;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The token of a managed identity in place of an application's secret, as Microsoft's own clients send it. */
class IdentityAsCredentialIT {

    private static final String TENANT = "10000000-0000-4000-8000-0000000000aa";
    private static final String OTHER_TENANT = "10000000-0000-4000-8000-0000000000bb";
    private static final String TOKEN = "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=";
    private static final String EXCHANGE = "api://AzureADTokenExchange";
    private static final String ISSUER = "https://login.microsoftonline.com/" + TENANT + "/v2.0";

    private static final ManagedIdentity IDENTITY = ManagedIdentity.named("orders");
    private static final ManagedIdentity STRANGER = ManagedIdentity.named("stranger");
    private static final ManagedIdentity SYSTEM = new ManagedIdentity(
            "node", "20000000-0000-4000-8000-0000000000aa", "20000000-0000-4000-8000-0000000000ab", true);

    private static final String APPLICATION = "c0ffee00-0000-4000-8000-000000000001";
    private static final String SOVEREIGN = "c0ffee00-0000-4000-8000-000000000002";
    private static final String HOME_ONLY = "c0ffee00-0000-4000-8000-000000000003";

    private static PodIdentityEmulator azure;
    private static Client client;

    @BeforeAll
    static void start() {
        azure = PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .otherTenant(OTHER_TENANT)
                .identity(IDENTITY, STRANGER, SYSTEM)
                .application(APPLICATION, "0b1ec700-0000-4000-8000-000000000001", "unused")
                .application(SOVEREIGN, "0b1ec700-0000-4000-8000-000000000002", "unused")
                .application(HOME_ONLY, "0b1ec700-0000-4000-8000-000000000003", "unused")
                .federatedCredential(APPLICATION, ISSUER, IDENTITY.objectId(), EXCHANGE)
                .federatedCredential(APPLICATION, ISSUER, SYSTEM.objectId(), EXCHANGE)
                .federatedCredential(
                        SOVEREIGN,
                        ISSUER.replace(".com", ".us"),
                        IDENTITY.objectId(),
                        "api://AzureADTokenExchangeUSGov")
                .federatedCredential(HOME_ONLY, ISSUER, IDENTITY.objectId(), EXCHANGE)
                .withoutConsent(HOME_ONLY)
                .start();
        client = Client.of(azure.sslContext());
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @Test
    void identity_forTokenExchange_getsATokenOfVersion2() throws Exception {
        JWTClaimsSet claims = claims(identityToken(IDENTITY, EXCHANGE));

        assertThat(claims.getIssuer()).isEqualTo(azure.entra() + "/" + TENANT + "/v2.0");
        assertThat(claims.getAudience()).containsExactly("fb60f99c-7a34-4190-8149-302f77469936");
        assertThat(claims.getSubject()).isEqualTo(IDENTITY.objectId());
        assertThat(claims.getClaims())
                .containsEntry("oid", IDENTITY.objectId())
                .containsEntry("tid", TENANT)
                .containsEntry("azp", IDENTITY.clientId())
                .containsEntry("ver", "2.0")
                .doesNotContainKey("appid");
    }

    @ParameterizedTest
    @CsvSource({TENANT, OTHER_TENANT})
    void azureIdentity_withTheIdentitysToken_isTheApplicationInThatTenant(String tenant) throws Exception {
        var token = credential(APPLICATION, tenant)
                .getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default"));

        assertThat(claims(token.getToken()).getClaims())
                .containsEntry("appid", APPLICATION)
                .containsEntry("tid", tenant)
                .containsEntry("iss", "https://sts.windows.net/" + tenant + "/");
    }

    @Test
    void msal4j_withTheIdentitysToken_isTheApplication() throws Exception {
        var application = ConfidentialClientApplication.builder(
                        APPLICATION,
                        ClientCredentialFactory.createFromClientAssertion(identityToken(IDENTITY, EXCHANGE)))
                .authority(azure.entra() + "/" + TENANT + "/")
                .instanceDiscovery(false)
                .sslSocketFactory(azure.sslContext().getSocketFactory())
                .build();

        var result = application
                .acquireToken(ClientCredentialParameters.builder(Set.of("https://vault.azure.net/.default"))
                        .build())
                .get();

        assertThat(claims(result.accessToken()).getClaims()).containsEntry("appid", APPLICATION);
    }

    @Test
    void identity_inASovereignCloud_isAccepted() throws Exception {
        String assertion = identityToken(IDENTITY, "api://AzureADTokenExchangeUSGov");

        assertThat(exchange(SOVEREIGN, TENANT, assertion).statusCode()).isEqualTo(200);
        assertRefused(exchange(APPLICATION, TENANT, assertion), 700212);
    }

    @ParameterizedTest
    @EnumSource(
            value = Profile.class,
            names = {"V1_5_4", "V1_8_17"})
    void identity_ofAPod_isAccepted(Profile profile) throws Exception {
        String objectId = ObjectIds.of("21111111-1111-4111-8111-111111111111");
        try (var cluster = PodIdentityEmulator.builder()
                .tenantId(TENANT)
                .application(APPLICATION, "0b1ec700-0000-4000-8000-000000000001", "unused")
                .federatedCredential(APPLICATION, ISSUER, objectId, EXCHANGE)
                .manifests(Path.of("src/test/resources/manifests/managed-identity.yaml"))
                .profile(profile)
                .timeScale(1000)
                .start()) {
            var token = client.get(cluster.pod("app").imds() + TOKEN + EXCHANGE, "Metadata", "true");
            assertThat(token.statusCode()).as(token.body()).isEqualTo(200);
            var answer = exchange(
                    cluster, APPLICATION, TENANT, (String) Client.json(token).get("access_token"));

            assertThat(Client.claims(answer).getClaims()).containsEntry("appid", APPLICATION);
        }
    }

    @Test
    void assertion_thatDoesNotFit_isRefusedInEntrasWords() throws Exception {
        assertRefused(exchange(APPLICATION, TENANT, identityToken(STRANGER, EXCHANGE)), 700213);
        assertRefused(exchange(APPLICATION, TENANT, identityToken(SYSTEM, EXCHANGE)), 700226);
        assertRefused(exchange(APPLICATION, TENANT, identityToken(IDENTITY, "https://vault.azure.net")), 700211);
        assertRefused(exchange(SOVEREIGN, TENANT, identityToken(IDENTITY, EXCHANGE)), 700212);
        assertRefused(exchange("c0ffee00-0000-4000-8000-00000000dead", TENANT, "x.y.z"), 700016);
        assertRefused(exchange(HOME_ONLY, OTHER_TENANT, identityToken(IDENTITY, EXCHANGE)), 7000229);
        assertThat(exchange(HOME_ONLY, TENANT, identityToken(IDENTITY, EXCHANGE))
                        .statusCode())
                .isEqualTo(200);
    }

    /** An application's own token says the same issuer and, if it was asked for so, the same audience. */
    @Test
    void assertion_thatIsAnApplicationsToken_isRefused() throws Exception {
        var token = client.post(
                azure.entra() + "/" + TENANT + "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        SOVEREIGN,
                        "client_secret",
                        "unused",
                        "scope",
                        EXCHANGE + "/.default"));
        assertThat(claims((String) Client.json(token).get("access_token")).getIssuer())
                .isEqualTo(azure.entra() + "/" + TENANT + "/v2.0");

        assertRefused(exchange(APPLICATION, TENANT, (String) Client.json(token).get("access_token")), 700226);
    }

    @Test
    void azureIdentity_whenRefused_showsEntrasNumber() {
        assertThatThrownBy(() -> credential(HOME_ONLY, OTHER_TENANT)
                        .getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default")))
                .rootCause()
                .hasMessageContaining("AADSTS7000229: The client application " + HOME_ONLY);
    }

    private static ClientAssertionCredential credential(String clientId, String tenant) {
        return new ClientAssertionCredentialBuilder()
                .authorityHost(azure.entra().toString())
                .disableInstanceDiscovery()
                .tenantId(tenant)
                .clientId(clientId)
                .clientAssertion(() -> identityToken(IDENTITY, EXCHANGE))
                .httpClient(new JdkHttpClientBuilder(HttpClient.newBuilder().sslContext(azure.sslContext())).build())
                .retryOptions(new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1))))
                .build();
    }

    private static String identityToken(ManagedIdentity identity, String resource) {
        try {
            var answer = client.get(
                    azure.imds() + TOKEN + resource + "&client_id=" + identity.clientId(), "Metadata", "true");
            return (String) Client.json(answer).get("access_token");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpResponse<String> exchange(String clientId, String tenant, String assertion) throws Exception {
        return exchange(azure, clientId, tenant, assertion);
    }

    private static HttpResponse<String> exchange(
            PodIdentityEmulator azure, String clientId, String tenant, String assertion) throws Exception {
        return client.post(
                azure.entra() + "/" + tenant + "/oauth2/v2.0/token",
                Map.of(
                        "grant_type",
                        "client_credentials",
                        "client_id",
                        clientId,
                        "scope",
                        "https://storage.azure.com/.default",
                        "client_assertion",
                        assertion,
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    }

    private static void assertRefused(HttpResponse<String> answer, int number) throws Exception {
        assertThat(Client.json(answer)).containsEntry("error_codes", List.of((long) number));
    }

    private static JWTClaimsSet claims(String token) throws Exception {
        return SignedJWT.parse(token).getJWTClaimsSet();
    }
}
