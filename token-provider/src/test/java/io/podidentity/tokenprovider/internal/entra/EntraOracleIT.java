// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.identity.ClientAssertionCredentialBuilder;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import com.microsoft.aad.msal4j.IAuthenticationResult;
import com.microsoft.aad.msal4j.IClientCredential;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.CertificateFile;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.http.ServerTrust;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.Forms;
import io.podidentity.tokenprovider.support.Tokens;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** What we and Microsoft's libraries send to the same Entra ID, and what we get. */
class EntraOracleIT {
    private static final String APP = "30000000-0000-4000-8000-0000000000aa";
    private static final String OBJECT = "30000000-0000-4000-8000-0000000000ab";
    private static final String SECRET = "a secret & more +%20";
    private static final String RESOURCE = "https://storage.azure.com";
    private static final String ISSUER = "https://oidc.example/cluster/";
    private static final String SUBJECT = "system:serviceaccount:default:demo";
    private static final String AUDIENCE = "api://AzureADTokenExchange";
    private static final ClientCertificate CERTIFICATE = Certificates.rsa("CN=app");
    /** What MSAL adds for its own cache and telemetry. */
    private static final Set<String> MSAL_OWN = Set.of("client_info");

    @TempDir
    private static Path folder;

    private static PodIdentityEmulator azure;
    private static SSLContext tls;
    private static String federatedToken;

    private final List<String> oursSent = new ArrayList<>();
    private final List<String> theirsSent = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        azure = PodIdentityEmulator.builder()
                .application(APP, OBJECT, SECRET)
                .certificate(APP, CERTIFICATE.leaf())
                .federatedCredential(APP, ISSUER, SUBJECT, AUDIENCE)
                .issuerKey(ISSUER, Certificates.key("RSA", "other").getPublic())
                .start();
        KeyStore trusted = KeyStore.getInstance(azure.trustStore().toFile(), "changeit".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
        federatedToken = federatedToken();
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    @Test
    void secret_sendsAndGetsWhatAzureIdentityDoes() throws Exception {
        TokenCredential theirs = new ClientSecretCredentialBuilder()
                .tenantId(azure.tenantId())
                .clientId(APP)
                .clientSecret(SECRET)
                .authorityHost(azure.entra().toString())
                .disableInstanceDiscovery()
                .httpClient(recording())
                .build();

        assertSame(ours(new ClientSecret(new Secret(SECRET))), theirs, Set.of());
    }

    @Test
    void certificate_sendsAndGetsWhatAzureIdentityDoes() throws Exception {
        Path file = folder.resolve("certificate.pem");
        Files.writeString(file, Certificates.pem(CERTIFICATE.key()) + Certificates.pem(CERTIFICATE.leaf()));
        TokenCredential theirs = new ClientCertificateCredentialBuilder()
                .tenantId(azure.tenantId())
                .clientId(APP)
                .pemCertificate(file.toString())
                .sendCertificateChain(true)
                .authorityHost(azure.entra().toString())
                .disableInstanceDiscovery()
                .httpClient(recording())
                .build();

        assertSame(
                ours(new CertificateFile(file.toString(), "certificate", null, true)),
                theirs,
                Set.of("client_assertion"));
        assertSameAssertion();
    }

    @Test
    void assertion_sendsAndGetsWhatAzureIdentityDoes() throws Exception {
        TokenCredential theirs = new ClientAssertionCredentialBuilder()
                .tenantId(azure.tenantId())
                .clientId(APP)
                .clientAssertion(() -> federatedToken)
                .authorityHost(azure.entra().toString())
                .disableInstanceDiscovery()
                .httpClient(recording())
                .build();

        assertSame(ours(new ClientAssertion(ClientAssertion.suppliedBy(() -> federatedToken))), theirs, Set.of());
        assertSameToken(
                ours(new ClientAssertion(ClientAssertion.suppliedBy(() -> federatedToken))),
                msal(ClientCredentialFactory.createFromCallback(options -> federatedToken)));
    }

    @Test
    void workloadIdentity_sendsAndGetsWhatAzureIdentityDoes() throws Exception {
        Path file = Files.writeString(folder.resolve("token"), federatedToken);
        TokenCredential theirs = new WorkloadIdentityCredentialBuilder()
                .tenantId(azure.tenantId())
                .clientId(APP)
                .tokenFilePath(file.toString())
                .authorityHost(azure.entra().toString())
                .disableInstanceDiscovery()
                .httpClient(recording())
                .build();
        TokenSource ours = new WorkloadIdentityTokenSource(
                Contexts.of(
                        Environment.of(Map.of(
                                "AZURE_TENANT_ID",
                                azure.tenantId(),
                                "AZURE_CLIENT_ID",
                                APP,
                                "AZURE_FEDERATED_TOKEN_FILE",
                                file.toString(),
                                "AZURE_AUTHORITY_HOST",
                                azure.entra().toString())),
                        transport(),
                        Time.SYSTEM),
                false);

        assertSame(ours, theirs, Set.of());
    }

    @Test
    void secretAndCertificate_getWhatMsalGets() throws Exception {
        TokenSource certificate = ours(session -> session.present(List.of(CERTIFICATE), true));

        assertSameToken(
                ours(new ClientSecret(new Secret(SECRET))), msal(ClientCredentialFactory.createFromSecret(SECRET)));
        assertSameToken(
                certificate,
                msal(ClientCredentialFactory.createFromCertificate(CERTIFICATE.key(), CERTIFICATE.leaf())));
    }

    private void assertSame(TokenSource ours, TokenCredential theirs, Set<String> signed) throws Exception {
        AccessToken token = acquire(ours);
        com.azure.core.credential.AccessToken other =
                theirs.getTokenSync(new TokenRequestContext().addScopes(RESOURCE + "/.default"));

        assertThat(Tokens.principalOf(other.getToken()))
                .isEqualTo(token.principal().orElseThrow().withCertificateThumbprint(null));
        assertThat(Duration.between(token.expiresOn(), other.getExpiresAt().toInstant())
                        .abs())
                .isLessThan(Duration.ofMinutes(1));
        assertThat(oursSent).hasSize(1);
        assertThat(theirsSent).hasSize(1);
        Map<String, String> form = Forms.fields(oursSent.get(0));
        Map<String, String> otherForm = Forms.fields(theirsSent.get(0));
        assertThat(otherForm.keySet()).containsAll(form.keySet());
        otherForm.forEach((field, value) -> {
            if (field.equals("scope")) {
                assertThat(value.split(" ", -1)).contains(form.get(field));
            } else if (!MSAL_OWN.contains(field) && !signed.contains(field)) {
                assertThat(form).containsEntry(field, value);
            }
        });
    }

    /** The same header and claims, but for the newer signature, and the RFC's Base64 of the thumbprint. */
    private void assertSameAssertion() throws Exception {
        SignedJWT ours = SignedJWT.parse(Forms.fields(oursSent.get(0)).get("client_assertion"));
        SignedJWT theirs = SignedJWT.parse(Forms.fields(theirsSent.get(0)).get("client_assertion"));

        assertThat(ours.getHeader().getX509CertChain())
                .isEqualTo(theirs.getHeader().getX509CertChain());
        assertThat(ours.getHeader().getX509CertSHA256Thumbprint().decode())
                .isEqualTo(theirs.getHeader().getX509CertSHA256Thumbprint().decode());
        assertThat(ours.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.PS256);
        assertThat(ours.getJWTClaimsSet().getClaims().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        theirs.getJWTClaimsSet().getClaims().keySet());
        assertThat(ours.getJWTClaimsSet().getAudience())
                .isEqualTo(theirs.getJWTClaimsSet().getAudience());
        assertThat(ours.getJWTClaimsSet().getIssuer())
                .isEqualTo(theirs.getJWTClaimsSet().getIssuer());
        assertThat(ours.getJWTClaimsSet().getSubject())
                .isEqualTo(theirs.getJWTClaimsSet().getSubject());
    }

    private static void assertSameToken(TokenSource ours, IAuthenticationResult theirs) throws Exception {
        AccessToken token = acquire(ours);

        assertThat(Tokens.principalOf(theirs.accessToken()))
                .isEqualTo(token.principal().orElseThrow().withCertificateThumbprint(null));
        assertThat(Duration.between(token.expiresOn(), theirs.expiresOnDate().toInstant())
                        .abs())
                .isLessThan(Duration.ofMinutes(1));
    }

    private static AccessToken acquire(TokenSource source) throws InterruptedException {
        TokenRequest request = TokenRequest.forResource(RESOURCE).withDeadline(Duration.ofSeconds(30));
        return ((TokenSource.Acquired) source.acquire(request)).token();
    }

    private TokenSource ours(EntraCredential credential) {
        EntraAuthority authority = EntraAuthority.of(azure.entra().toString(), "none");
        return new EntraTokenSource(
                "Client secret",
                new EntraClient(authority, null, transport(), Time.SYSTEM),
                EntraTenants.allowAny(azure.tenantId()),
                APP,
                credential);
    }

    /** The real transport, with the emulator's certificate authority and a record of the forms. */
    private HttpTransport transport() {
        HttpTransport real = new HttpTransport(Time.SYSTEM);
        return new HttpTransport(Time.SYSTEM) {
            @Override
            public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
                oursSent.add(request.form());
                return real.send(request.withTls(new ServerTrust(tls.getSocketFactory(), null, false)));
            }
        };
    }

    private HttpClient recording() {
        HttpClient real =
                new JdkHttpClientBuilder(java.net.http.HttpClient.newBuilder().sslContext(tls)).build();
        return request -> Mono.defer(() -> {
            if (request.getUrl().getPath().endsWith("/token")) {
                theirsSent.add(new String(request.getBodyAsBinaryData().toBytes(), StandardCharsets.UTF_8));
            }
            return real.send(request);
        });
    }

    private static IAuthenticationResult msal(IClientCredential credential) throws Exception {
        return ConfidentialClientApplication.builder(APP, credential)
                .authority(azure.entra() + "/" + azure.tenantId() + "/")
                .instanceDiscovery(false)
                .sslSocketFactory(tls.getSocketFactory())
                .build()
                .acquireToken(ClientCredentialParameters.builder(Set.of(RESOURCE + "/.default"))
                        .build())
                .get();
    }

    private static String federatedToken() throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.RS256),
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .subject(SUBJECT)
                        .audience(AUDIENCE)
                        .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                        .build());
        jwt.sign(new RSASSASigner(Certificates.key("RSA", "other").getPrivate()));
        return jwt.serialize();
    }
}
