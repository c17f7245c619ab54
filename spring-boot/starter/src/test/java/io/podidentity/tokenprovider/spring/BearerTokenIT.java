// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.InputStreamResource;
import org.springframework.core.io.Resource;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/** A real client and a real server. */
class BearerTokenIT {
    private final FakeSource source = FakeSource.withToken();
    private ChallengingServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ChallengingServer();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void request_toAConfiguredServer_hasTheToken() {
        with(
                "/api",
                client -> client.get().uri(server.url("/api/x?y=1")).retrieve().toBodilessEntity());

        assertThat(server.authorizations).containsExactly("Bearer " + FakeSource.TOKEN);
    }

    @ParameterizedTest
    @CsvSource({"/apis", "/other", "/api/../other", "/api/%2e%2e/other"})
    void request_toAnotherPath_hasNoToken(String path) {
        with(
                "/api",
                client -> client.get()
                        .uri(java.net.URI.create(server.url(path)))
                        .retrieve()
                        .toBodilessEntity());

        assertThat(server.authorizations).containsExactly("null");
        assertThat(source.calls).hasValue(0);
    }

    @Test
    void request_toAnotherNameOfTheServer_hasNoToken() {
        with(
                "",
                client -> client.get()
                        .uri("http://127.0.0.1:" + server.port() + "/")
                        .retrieve()
                        .toBodilessEntity());

        assertThat(server.authorizations).containsExactly("null");
    }

    @Test
    void request_thatIsRedirectedToAnotherHost_hasNoTokenThere() {
        with("", client -> client.get().uri(server.url("/moved")).retrieve().toBodilessEntity());

        assertThat(server.authorizations).containsExactly("Bearer " + FakeSource.TOKEN, "null");
    }

    @Test
    void request_withItsOwnAuthorization_keepsIt() {
        with(
                "",
                client -> client.get()
                        .uri(server.url("/"))
                        .header("Authorization", "Basic own")
                        .retrieve()
                        .toBodilessEntity());

        assertThat(server.authorizations).containsExactly("Basic own");
    }

    @Test
    void response_thatDemandsClaims_isAnsweredOnceAndRemembered() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        with("", client -> {
            client.get().uri(server.url("/")).retrieve().toBodilessEntity();
            client.get().uri(server.url("/")).retrieve().toBodilessEntity();
        });

        String second = "Bearer " + FakeSource.TOKEN + "2";
        assertThat(server.authorizations).containsExactly("Bearer " + FakeSource.TOKEN, second, second);
        assertThat(source.lastClaims).isEqualTo(ChallengingServer.CLAIMS);
        assertThat(source.lastCaeEnabled).isTrue();
    }

    @Test
    void request_withAValue_isSentAgainWhole() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        with(
                "",
                client -> client.post()
                        .uri(server.url("/"))
                        .body("orders")
                        .retrieve()
                        .toBodilessEntity());

        assertThat(server.bodies).containsExactly("orders", "orders");
    }

    @Test
    void request_withAStream_isNotSentAgainButTheNextHasTheToken() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        with("", client -> {
            assertThatExceptionOfType(HttpClientErrorException.Unauthorized.class)
                    .isThrownBy(() -> send(client, new InputStreamResource(stream())));
            send(client, new InputStreamResource(stream()));
        });

        assertThat(server.bodies).containsExactly("orders", "orders");
        assertThat(server.authorizations)
                .containsExactly("Bearer " + FakeSource.TOKEN, "Bearer " + FakeSource.TOKEN + "2");
    }

    @Test
    void request_thatItsCallerWrites_isNotSentAgain() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        InputStream once = stream();
        with(
                "",
                client -> assertThatExceptionOfType(HttpClientErrorException.Unauthorized.class)
                        .isThrownBy(() -> client.post()
                                .uri(server.url("/"))
                                .body(once::transferTo)
                                .retrieve()
                                .toBodilessEntity()));

        assertThat(server.bodies).containsExactly("orders");
    }

    @Test
    void request_ofARestTemplate_isTreatedAlike() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        runner("")
                .run(context ->
                        context.getBean(RestTemplateBuilder.class).build().postForLocation(server.url("/"), "orders"));

        assertThat(server.bodies).containsExactly("orders", "orders");
        assertThat(server.authorizations)
                .containsExactly("Bearer " + FakeSource.TOKEN, "Bearer " + FakeSource.TOKEN + "2");
    }

    @Test
    void request_ofAClientWithAnInterceptor_isTreatedAlike() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        runner("")
                .run(context -> context.getBean(RestClient.Builder.class)
                        .requestInterceptor((request, body, execution) -> execution.execute(request, body))
                        .build()
                        .post()
                        .uri(server.url("/"))
                        .body("orders")
                        .retrieve()
                        .toBodilessEntity());

        assertThat(server.bodies).containsExactly("orders", "orders");
    }

    @Test
    void request_ofAClientWithAFactoryOfItsOwn_hasTheToken() {
        runner("")
                .run(context -> context.getBean(RestClient.Builder.class)
                        .requestFactory(new SimpleClientHttpRequestFactory())
                        .build()
                        .get()
                        .uri(server.url("/"))
                        .retrieve()
                        .toBodilessEntity());

        assertThat(server.authorizations).containsExactly("Bearer " + FakeSource.TOKEN);
    }

    private void send(RestClient client, Resource body) {
        client.post().uri(server.url("/")).body(body).retrieve().toBodilessEntity();
    }

    private static InputStream stream() {
        return new ByteArrayInputStream("orders".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void response_401WithoutAClaimsChallenge_isTheCallers() {
        server.challenge = "Bearer error=\"invalid_token\"";
        with(
                "",
                client -> assertThat(org.assertj.core.api.Assertions.catchThrowable(() ->
                                client.get().uri(server.url("/")).retrieve().toBodilessEntity()))
                        .isInstanceOf(HttpClientErrorException.Unauthorized.class));

        assertThat(server.authorizations).hasSize(1);
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

    @Test
    void start_withoutTheResourceOrTheUrl_failsAndNamesIt() {
        for (String missing : List.of("url", "resource")) {
            String given = missing.equals("url") ? "resource=api://a" : "url=https://api.contoso.com";
            new ApplicationContextRunner()
                    .withConfiguration(AutoConfigurations.of(TokenProviderAutoConfiguration.class))
                    .withPropertyValues("token-provider.bearer[0]." + given)
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(TokenProviderSettingException.class)
                            .hasMessageContaining("token-provider.bearer[0]." + missing));
        }
    }

    private void with(String folder, Consumer<RestClient> use) {
        runner(folder)
                .run(context ->
                        use.accept(context.getBean(RestClient.Builder.class).build()));
    }

    private ApplicationContextRunner runner(String folder) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ImperativeHttpClientAutoConfiguration.class,
                        RestClientAutoConfiguration.class,
                        RestTemplateAutoConfiguration.class,
                        TokenProviderAutoConfiguration.class,
                        TokenProviderHttpAutoConfiguration.class))
                .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)))
                .withPropertyValues(
                        "token-provider.bearer[0].url=" + server.url(folder),
                        "token-provider.bearer[0].resource=api://a");
    }
}
