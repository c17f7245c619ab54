// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.autoconfigure.reactive.ReactiveHttpClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientResponseException;
import reactor.core.publisher.Flux;

/** The reactive client and a real server; which requests get a token is told by {@link BearerTokenIT}. */
class BearerTokenWebClientIT {
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
    void request_toAConfiguredServerOnly_hasTheToken() {
        with(client -> {
            get(client, server.url("/api/x"));
            get(client, server.url("/other"));
        });

        assertThat(server.authorizations).containsExactly("Bearer " + FakeSource.TOKEN, "null");
    }

    @Test
    void response_thatDemandsClaims_isAnsweredOnceAndRemembered() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        with(client -> {
            get(client, server.url("/api"));
            get(client, server.url("/api"));
        });

        String second = "Bearer " + FakeSource.TOKEN + "2";
        assertThat(server.authorizations).containsExactly("Bearer " + FakeSource.TOKEN, second, second);
        assertThat(source.lastClaims).isEqualTo(ChallengingServer.CLAIMS);
        assertThat(source.lastCaeEnabled).isTrue();
    }

    @Test
    void response_401WithoutAClaimsChallenge_isTheCallers() {
        server.challenge = "Bearer error=\"invalid_token\"";
        with(client -> assertThat(catchThrowable(() -> get(client, server.url("/api"))))
                .isInstanceOf(WebClientResponseException.Unauthorized.class));

        assertThat(server.authorizations).hasSize(1);
    }

    @Test
    void request_withoutAToken_fails() {
        source.fails = true;
        with(client -> assertThat(catchThrowable(() -> get(client, server.url("/api"))))
                .isInstanceOf(TokenAcquisitionException.class));

        assertThat(server.authorizations).isEmpty();
    }

    @Test
    void request_withAValue_isSentAgainWhole() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        with(client -> post(client, BodyInserters.fromValue("orders")));

        assertThat(server.bodies).containsExactly("orders", "orders");
    }

    @Test
    void request_withAForm_isSentAgainWhole() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        with(client -> post(client, BodyInserters.fromFormData("name", "orders")));

        assertThat(server.bodies).containsExactly("name=orders", "name=orders");
    }

    @Test
    void request_withAStream_isNotSentAgainButTheNextHasTheToken() {
        server.challenge = ChallengingServer.CLAIMS_CHALLENGE;
        with(client -> {
            assertThat(catchThrowable(() -> post(client, BodyInserters.fromResource(stream()))))
                    .isInstanceOf(WebClientResponseException.Unauthorized.class);
            post(client, BodyInserters.fromPublisher(Flux.just("orders"), String.class));
        });

        assertThat(server.bodies).containsExactly("orders", "orders");
        assertThat(server.authorizations)
                .containsExactly("Bearer " + FakeSource.TOKEN, "Bearer " + FakeSource.TOKEN + "2");
    }

    private static InputStreamResource stream() {
        return new InputStreamResource(new ByteArrayInputStream("orders".getBytes(StandardCharsets.UTF_8)));
    }

    private void post(WebClient client, BodyInserter<?, ? super ClientHttpRequest> body) {
        client.post()
                .uri(server.url("/api"))
                .body(body)
                .retrieve()
                .toBodilessEntity()
                .block();
    }

    private static void get(WebClient client, String url) {
        client.get().uri(url).retrieve().toBodilessEntity().block();
    }

    private void with(Consumer<WebClient> use) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        ReactiveHttpClientAutoConfiguration.class,
                        WebClientAutoConfiguration.class,
                        TokenProviderAutoConfiguration.class,
                        TokenProviderHttpAutoConfiguration.class))
                .withBean(TokenProviderCustomizer.class, () -> builder -> builder.sources(List.of(source)))
                .withPropertyValues(
                        "token-provider.bearer[0].url=" + server.url("/api"),
                        "token-provider.bearer[0].resource=api://a")
                .run(context ->
                        use.accept(context.getBean(WebClient.Builder.class).build()));
    }
}
