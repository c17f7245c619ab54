package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/** A real client and a real server. */
class BearerTokenIT {
    private static final String CLAIMS = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"}}}";

    private final FakeSource source = FakeSource.withToken();
    private final List<String> authorizations = new CopyOnWriteArrayList<>();
    private volatile String challenge;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            authorizations.add(String.valueOf(authorization));
            boolean refuses = challenge != null && authorization.equals("Bearer " + FakeSource.TOKEN);
            if (refuses) {
                exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
            }
            boolean moves = exchange.getRequestURI().getPath().equals("/moved");
            if (moves) {
                String other = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
                exchange.getResponseHeaders().add("Location", other);
            }
            exchange.sendResponseHeaders(refuses ? 401 : moves ? 302 : 200, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void request_toAConfiguredServer_hasTheToken() {
        with("/api", client -> client.get().uri(url("/api/x?y=1")).retrieve().toBodilessEntity());

        assertThat(authorizations).containsExactly("Bearer " + FakeSource.TOKEN);
    }

    @ParameterizedTest
    @CsvSource({"/apis", "/other", "/api/../other", "/api/%2e%2e/other"})
    void request_toAnotherPath_hasNoToken(String path) {
        with(
                "/api",
                client -> client.get()
                        .uri(java.net.URI.create(url(path)))
                        .retrieve()
                        .toBodilessEntity());

        assertThat(authorizations).containsExactly("null");
        assertThat(source.calls).hasValue(0);
    }

    @Test
    void request_toAnotherNameOfTheServer_hasNoToken() {
        with(
                "",
                client -> client.get()
                        .uri("http://127.0.0.1:" + server.getAddress().getPort() + "/")
                        .retrieve()
                        .toBodilessEntity());

        assertThat(authorizations).containsExactly("null");
    }

    @Test
    void request_thatIsRedirectedToAnotherHost_hasNoTokenThere() {
        with("", client -> client.get().uri(url("/moved")).retrieve().toBodilessEntity());

        assertThat(authorizations).containsExactly("Bearer " + FakeSource.TOKEN, "null");
    }

    @Test
    void request_withItsOwnAuthorization_keepsIt() {
        with(
                "",
                client -> client.get()
                        .uri(url("/"))
                        .header("Authorization", "Basic own")
                        .retrieve()
                        .toBodilessEntity());

        assertThat(authorizations).containsExactly("Basic own");
    }

    @Test
    void response_thatDemandsClaims_isAnsweredOnceAndRemembered() {
        challenge = "Bearer authorization_uri=\"https://login\", error=\"insufficient_claims\", claims=\""
                + Base64.getEncoder().encodeToString(CLAIMS.getBytes(StandardCharsets.UTF_8)) + "\"";
        with("", client -> {
            client.get().uri(url("/")).retrieve().toBodilessEntity();
            client.get().uri(url("/")).retrieve().toBodilessEntity();
        });

        String second = "Bearer " + FakeSource.TOKEN + "2";
        assertThat(authorizations).containsExactly("Bearer " + FakeSource.TOKEN, second, second);
        assertThat(source.lastClaims).isEqualTo(CLAIMS);
    }

    @Test
    void response_401WithoutAClaimsChallenge_isTheCallers() {
        challenge = "Bearer error=\"invalid_token\"";
        with(
                "",
                client -> assertThat(org.assertj.core.api.Assertions.catchThrowable(
                                () -> client.get().uri(url("/")).retrieve().toBodilessEntity()))
                        .isInstanceOf(HttpClientErrorException.Unauthorized.class));

        assertThat(authorizations).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"http://api.contoso.com", "https://user@api.contoso.com", "https://api.contoso.com?x=1", "contoso"})
    void start_withAnUnsafeUrl_fails(String url) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(TokenProviderAutoConfiguration.class))
                .withPropertyValues("token-provider.bearer[0].url=" + url, "token-provider.bearer[0].resource=api://a")
                .run(context ->
                        assertThat(context).getFailure().hasStackTraceContaining("token-provider.bearer[0].url"));
    }

    private String url(String path) {
        return "http://localhost:" + server.getAddress().getPort() + path;
    }

    private void with(String folder, Consumer<RestClient> use) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        RestClientAutoConfiguration.class,
                        TokenProviderAutoConfiguration.class,
                        TokenProviderHttpAutoConfiguration.class))
                .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)))
                .withPropertyValues(
                        "token-provider.bearer[0].url=" + url(folder), "token-provider.bearer[0].resource=api://a")
                .run(context ->
                        use.accept(context.getBean(RestClient.Builder.class).build()));
    }
}
