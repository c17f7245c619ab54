// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.identity.ClientAssertionCredentialBuilder;
import com.azure.identity.ClientCertificateCredentialBuilder;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.CertificateFile;
import io.podidentity.tokenprovider.internal.application.ClientAssertion;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource;
import io.podidentity.tokenprovider.internal.application.KeyVaultTokenSource.KeyVaultSecret;
import io.podidentity.tokenprovider.internal.application.WorkloadIdentityTokenSource;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeVault;
import io.podidentity.tokenprovider.support.TlsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each number that the page on troubles explains, through the real transport over TLS. */
class EntraRefusalsIT {
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com").withDeadline(Duration.ofSeconds(60));
    private static final ClientCertificate CERTIFICATE = Certificates.rsa("CN=app");
    private static final String VAULTED = FakeVault.secret(CERTIFICATE);

    /** Each number is a connection over TLS; so a quarter of them, and all in CI. */
    private static final int SPARSENESS = Boolean.getBoolean("podidentity.long") ? 1 : 4;

    /** Those that pass by themselves. */
    private static final Set<Integer> PASSING =
            Set.of(50033, 50087, 50088, 50166, 501661, 90006, 90012, 90024, 90033, 90055, 90061, 90090, 90091);

    /** Those that say that a token of another issuer is not trusted yet, or not any more. */
    private static final Set<Integer> OF_A_PROOF = Set.of(70021, 700211, 700213, 700024);

    /** Waits for nothing: how often is asked is looked at, and not when. */
    private final Time time = new Time() {
        @Override
        public void sleep(long nanos) {}
    };

    enum Proof {
        SECRET,
        CERTIFICATE,
        ASSERTION,
        WORKLOAD_IDENTITY,
        KEY_VAULT
    }

    @TempDir
    private Path folder;

    private TlsServer server;
    private volatile HttpResponse refusal;

    @BeforeEach
    void start() throws Exception {
        server = new TlsServer(
                Certificates.server(Certificates.FROM, Certificates.UNTIL),
                (path, form) -> path.startsWith("/secrets/") ? vault() : refusal);
    }

    private boolean challenged;

    private synchronized HttpResponse vault() {
        challenged = !challenged;
        return challenged
                ? new HttpResponse(401, "{}", null, FakeVault.CHALLENGE, null, null, null)
                : new HttpResponse(200, VAULTED, null);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Proof.class)
    void acquire_whateverEntraRefusesWith_saysTheNumberAndWhatToDo(Proof proof) throws Exception {
        // By one proof every number, by the others some; by all those on which a proof has a say, with either status.
        int every = (proof == Proof.SECRET ? 2 : 10) * SPARSENESS;
        List<Integer> numbers = numbers();
        for (int i = 0; i < numbers.size(); i++) {
            int number = numbers.get(i);
            for (int status : new int[] {400, 401}) {
                if (!OF_A_PROOF.contains(number) && (i + status) % every > 0) {
                    continue;
                }
                String as = proof + " " + status + " AADSTS" + number;
                refusal = refusal(status, number);
                server.paths().clear();

                TokenAcquisitionException failure = failure(ours(proof));

                assertThat(failure.code())
                        .as(as)
                        .isEqualTo(PASSING.contains(number) ? Code.SERVICE_UNAVAILABLE : Code.REFUSED);
                assertThat(failure.reason())
                        .as(as)
                        .isEqualTo("HTTP " + status + " \"AADSTS" + number + "\": It is refused");
                assertThat(failure.remedy()).as(as).isNotEmpty();
                assertThat(asked()).as(as).isEqualTo(requests(number, proof));
            }
        }
    }

    /** How often Entra ID is asked. */
    private static int requests(int number, Proof proof) {
        if (PASSING.contains(number)) {
            return 4;
        }
        return switch (number) {
            case 70021, 700211, 700213 -> 3;
            // The kubelet may have replaced the file just then.
            case 700024 -> proof == Proof.WORKLOAD_IDENTITY || proof == Proof.ASSERTION ? 2 : 1;
            default -> 1;
        };
    }

    @ParameterizedTest
    @EnumSource(value = Proof.class, mode = EnumSource.Mode.EXCLUDE, names = "KEY_VAULT")
    void azureIdentity_toTheSameRefusals_saysTheSameNumber(Proof proof) throws Exception {
        TokenCredential theirs = theirs(proof);
        List<Integer> numbers = numbers();
        // It takes its time, and does not look at most of them.
        for (int i = 0; i < numbers.size(); i += 10 * SPARSENESS) {
            int number = numbers.get(i);
            for (int status : new int[] {400, 401}) {
                refusal = refusal(status, number);

                Throwable failure = org.assertj.core.api.Assertions.catchThrowable(() ->
                        theirs.getTokenSync(new TokenRequestContext().addScopes("https://storage.azure.com/.default")));

                assertThat(failure).as(proof + " " + status).hasMessageContaining("AADSTS" + number);
            }
        }
    }

    @Test
    void acquire_whenTheFederatedTokenWasReplaced_presentsTheNewOne() throws Exception {
        Path file = Files.writeString(folder.resolve("rotated"), "old");
        server.close();
        server = new TlsServer(Certificates.server(Certificates.FROM, Certificates.UNTIL), (path, form) -> {
            if (form.contains("client_assertion=old")) {
                Files.writeString(file, "new");
                return refusal(401, 700024);
            }
            return new HttpResponse(200, "{\"access_token\":\"a\",\"expires_in\":3599}", null);
        });

        assertThat(workloadIdentity(file).acquire(REQUEST)).isInstanceOf(TokenSource.Acquired.class);
        assertThat(server.paths()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {70021, 700211, 700213})
    void acquire_whileANewFederatedCredentialSpreads_waitsForIt(int number) throws Exception {
        server.close();
        server = new TlsServer(
                Certificates.server(Certificates.FROM, Certificates.UNTIL),
                (path, form) -> server.paths().size() < 3
                        ? refusal(401, number)
                        : new HttpResponse(200, "{\"access_token\":\"a\",\"expires_in\":3599}", null));

        assertThat(ours(Proof.WORKLOAD_IDENTITY).acquire(REQUEST)).isInstanceOf(TokenSource.Acquired.class);
    }

    private long asked() {
        return server.paths().stream().filter(path -> path.endsWith("/token")).count();
    }

    private TokenSource ours(Proof proof) throws IOException, Exception {
        HttpTransport http = server.transport();
        EntraClient client = new EntraClient(EntraAuthority.of(server.url(), "none"), null, http, time);
        return switch (proof) {
            case SECRET -> source(client, new ClientSecret(new Secret("s3cr3t")));
            case CERTIFICATE -> source(client, new CertificateFile(pem().toString(), "the certificate", null, true));
            case ASSERTION -> source(client, new ClientAssertion(ClientAssertion.suppliedBy(() -> "assertion")));
            case WORKLOAD_IDENTITY -> workloadIdentity(Files.writeString(folder.resolve("token"), "assertion"));
            case KEY_VAULT ->
                new KeyVaultTokenSource(
                        client,
                        null,
                        "c",
                        new KeyVaultSecret(
                                "https://myvault.vault.azure.net:" + server.port() + "/secrets/c",
                                request -> new TokenSource.Acquired(io.podidentity.tokenprovider.AccessToken.bearer(
                                        "vault", "r", java.time.Instant.MAX, null, "test")),
                                Contexts.of(http, time)));
        };
    }

    private TokenSource workloadIdentity(Path file) {
        Environment environment = Environment.of(Map.of(
                "AZURE_TENANT_ID",
                "t",
                "AZURE_CLIENT_ID",
                "c",
                "AZURE_FEDERATED_TOKEN_FILE",
                file.toString(),
                "AZURE_AUTHORITY_HOST",
                server.url()));
        return new WorkloadIdentityTokenSource(Contexts.of(environment, server.transport(), time), false);
    }

    private static TokenSource source(EntraClient client, EntraCredential credential) {
        return new EntraTokenSource("test", client, EntraTenants.allowAny("t"), "c", credential);
    }

    private Path pem() throws Exception {
        return Files.writeString(
                folder.resolve("certificate.pem"),
                Certificates.pem(CERTIFICATE.key()) + Certificates.pem(CERTIFICATE.leaf()));
    }

    private TokenCredential theirs(Proof proof) throws Exception {
        RetryOptions once = new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1)));
        HttpClient http =
                new JdkHttpClientBuilder(java.net.http.HttpClient.newBuilder().sslContext(server.trust())).build();
        return switch (proof) {
            case SECRET ->
                new ClientSecretCredentialBuilder()
                        .tenantId("t")
                        .clientId("c")
                        .clientSecret("s3cr3t")
                        .authorityHost(server.url())
                        .disableInstanceDiscovery()
                        .retryOptions(once)
                        .httpClient(http)
                        .build();
            case CERTIFICATE ->
                new ClientCertificateCredentialBuilder()
                        .tenantId("t")
                        .clientId("c")
                        .pemCertificate(pem().toString())
                        .authorityHost(server.url())
                        .disableInstanceDiscovery()
                        .retryOptions(once)
                        .httpClient(http)
                        .build();
            case ASSERTION ->
                new ClientAssertionCredentialBuilder()
                        .tenantId("t")
                        .clientId("c")
                        .clientAssertion(() -> "assertion")
                        .authorityHost(server.url())
                        .disableInstanceDiscovery()
                        .retryOptions(once)
                        .httpClient(http)
                        .build();
            default ->
                new WorkloadIdentityCredentialBuilder()
                        .tenantId("t")
                        .clientId("c")
                        .tokenFilePath(Files.writeString(folder.resolve("theirs"), "assertion")
                                .toString())
                        .authorityHost(server.url())
                        .disableInstanceDiscovery()
                        .retryOptions(once)
                        .httpClient(http)
                        .build();
        };
    }

    private static HttpResponse refusal(int status, int number) {
        return new HttpResponse(
                status,
                "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS" + number + ": It is refused. Trace ID: 1"
                        + " Correlation ID: 2 Timestamp: 3\",\"error_codes\":[" + number + "]}",
                null);
    }

    private static TokenAcquisitionException failure(TokenSource source) {
        return catchThrowableOfType(TokenAcquisitionException.class, () -> source.acquire(REQUEST));
    }

    /** The numbers of the page. */
    private static List<Integer> numbers() throws IOException {
        Set<Integer> numbers = new TreeSet<>();
        Matcher found = Pattern.compile("AADSTS(\\d+)")
                .matcher(Files.readString(Path.of("..", "docs", "troubleshooting", "entra-id.md")));
        while (found.find()) {
            numbers.add(Integer.valueOf(found.group(1)));
        }
        assertThat(numbers).hasSizeGreaterThan(150);
        return List.copyOf(numbers);
    }
}
