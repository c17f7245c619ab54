// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.engine.ProcessCaches;
import io.podidentity.tokenprovider.support.FaultyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.security.KeyStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a builder is told, over real connections. */
class ProviderSettingsIT {
    private static final String APP = "30000000-0000-4000-8000-0000000000aa";
    private static final String SECRET = "a secret";
    private static final String RESOURCE = "https://storage.azure.com/";

    private static PodIdentityEmulator azure;
    private static SSLContext tls;

    @BeforeAll
    static void start() throws Exception {
        azure = PodIdentityEmulator.builder()
                .application(APP, "30000000-0000-4000-8000-0000000000ab", SECRET)
                .start();
        KeyStore trusted = KeyStore.getInstance(azure.trustStore().toFile(), "changeit".toCharArray());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        tls = SSLContext.getInstance("TLS");
        tls.init(null, trust.getTrustManagers(), null);
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    private static TokenSource secret() {
        return TokenSources.clientSecret(azure.tenantId(), APP, SECRET);
    }

    private static AzureServiceTokenProvider.Builder builder(TokenSource... sources) {
        return AzureServiceTokenProvider.builder().environment(Map.of()).sources(List.of(sources));
    }

    @Test
    void sslContext_ofTheServersAuthority_isWhatTheServerIsKnownBy() {
        AzureServiceTokenProvider.Builder builder =
                builder(secret()).authorityHost(azure.entra().toString());

        assertThatThrownBy(() -> builder.build().getAccessToken(RESOURCE))
                .isInstanceOf(TokenAcquisitionException.class)
                .hasMessageContaining("trust");
        assertThat(builder.sslContext(tls)
                        .build()
                        .getAuthenticationResult(RESOURCE)
                        .source())
                .isEqualTo("Client secret");
    }

    @Test
    void sslContext_ofTheDefaultChain_isUsedToo() {
        Map<String, String> variables = Map.of(
                "AZURE_AUTHORITY_HOST",
                azure.entra().toString(),
                "AZURE_TENANT_ID",
                azure.tenantId(),
                "AZURE_CLIENT_ID",
                APP,
                "AZURE_CLIENT_SECRET",
                SECRET);

        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(variables)
                .sslContext(tls)
                .build();

        assertThat(provider.getAuthenticationResult(RESOURCE).source()).isEqualTo("Environment");
    }

    @Test
    void authorityHost_andAVariable_isTheAuthorityHost() {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(Map.of("AZURE_AUTHORITY_HOST", "https://nowhere.invalid/"))
                .authorityHost(azure.entra().toString())
                .sources(List.of(secret()))
                .sslContext(tls)
                .build();

        assertThat(provider.getAuthenticationResult(RESOURCE).source()).isEqualTo("Client secret");
    }

    @Test
    void authorityHost_thatIsNone_failsTheBuild() {
        AzureServiceTokenProvider.Builder builder = builder(secret()).authorityHost("http://login.example");

        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        TokenAcquisitionException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.INVALID_CONFIGURATION));
    }

    @Test
    void authorityHost_andNothingButTexts_sharesTheCache() {
        assertThat(ProcessCaches.forSettings(Map.of("A", "1"), null, Map.of("A", "https://login.example")))
                .isSameAs(ProcessCaches.forSettings(Map.of("A", "1"), null, Map.of("A", "https://login.example")))
                .isNotSameAs(ProcessCaches.forSettings(Map.of("A", "1"), null, Map.of("A", "https://login.other")))
                .isNotSameAs(ProcessCaches.forSettings(Map.of("A", "1"), null, Map.of()));
    }

    @Test
    void proxy_thatRefuses_isNamedAsTheProvidersOwn() throws Exception {
        List<URI> asked = Collections.synchronizedList(new ArrayList<>());
        try (FaultyServer proxy = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))) {
            InetSocketAddress address = new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), URI.create(proxy.url()).getPort());
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .environment(Map.of("HTTPS_PROXY", "http://nowhere.invalid:1", "NO_PROXY", "*"))
                    .authorityHost("https://login.example/")
                    .sources(List.of(secret()))
                    .proxy(selector(address, asked))
                    .build();

            assertThatThrownBy(() -> provider.getAccessToken(RESOURCE))
                    .hasMessageContaining("the proxy localhost:" + address.getPort() + " of the provider's settings"
                            + " does not let the connection through (HTTP 403)");
            assertThat(proxy.connections()).isPositive();
        }
        assertThat(asked).contains(URI.create("https://login.example:443/"));
    }

    @Test
    void proxy_andAMetadataService_doesNotReachIt() throws Exception {
        List<URI> asked = Collections.synchronizedList(new ArrayList<>());
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(
                        Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.imds().toString()))
                .sources(List.of(TokenSources.imds()))
                .proxy(selector(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), asked))
                .build();

        assertThat(provider.explain(RESOURCE).attempts()).hasSize(1);
        assertThat(asked).isEmpty();
    }

    @Test
    void sources_ofTokenSources_haveTheBuildersVariables() throws Exception {
        String body = "{\"access_token\":\"opaque\",\"expires_in\":3600}";
        try (FaultyServer imds = new FaultyServer(connection ->
                connection.sends("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body))) {
            Map<String, String> variables = Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.url());

            for (TokenSource source : List.of(TokenSources.imds(), TokenSources.managedIdentity())) {
                AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                        .environment(variables)
                        .sources(List.of(source))
                        .build();

                assertThat(provider.getAccessToken(RESOURCE)).isEqualTo("opaque");
                assertThat(provider).hasToString("AzureServiceTokenProvider[IMDS]");
            }
        }
    }

    @Test
    void sources_ofAKeyVault_haveTheBuildersVariablesToTheLast() {
        List<String> seen = new ArrayList<>();
        TokenSource opensTheVault = new DeferredTokenSource(context -> {
            seen.add(context.environment().get("A"));
            return TokenSources.imds();
        });
        TokenSource vault =
                TokenSources.keyVaultCertificate("t", "c", "https://v.vault.azure.net/secrets/s", opensTheVault);

        builder(vault).environment(Map.of("A", "1")).build();

        assertThat(seen).containsExactly("1");
    }

    @Test
    void executor_ofTheProgram_runsWhatAsksSources() {
        List<String> threads = Collections.synchronizedList(new ArrayList<>());
        ExecutorService executor = Executors.newSingleThreadExecutor(work -> new Thread(work, "of the program"));
        try {
            AzureServiceTokenProvider provider = builder(request -> {
                        threads.add(Thread.currentThread().getName());
                        return new TokenSource.Acquired(AccessToken.bearer(
                                "t", request.resource(), Instant.now().plusSeconds(60), null, "fake"));
                    })
                    .executor(executor)
                    .build();

            provider.getAccessToken(RESOURCE);
            provider.getAccessTokenAsync(TokenRequest.forResource("other")).join();
        } finally {
            executor.shutdown();
        }

        assertThat(threads).containsExactly("of the program", "of the program");
    }

    @Test
    void executor_thatTakesNothing_failsTheCall() {
        AzureServiceTokenProvider provider = builder(request -> new TokenSource.Unavailable("never asked", ""))
                .executor(work -> {
                    throw new RejectedExecutionException("full");
                })
                .deadline(Duration.ofSeconds(30))
                .build();

        assertThatThrownBy(() -> provider.getAccessToken(RESOURCE))
                .isInstanceOf(TokenAcquisitionException.class)
                .hasMessageContaining("RejectedExecutionException");
    }

    private static ProxySelector selector(InetSocketAddress address, List<URI> asked) {
        return new ProxySelector() {
            @Override
            public List<Proxy> select(URI uri) {
                asked.add(uri);
                return List.of(new Proxy(Proxy.Type.HTTP, address));
            }

            @Override
            public void connectFailed(URI uri, SocketAddress proxy, IOException e) {}
        };
    }
}
