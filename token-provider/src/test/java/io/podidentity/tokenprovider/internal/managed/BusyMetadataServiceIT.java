// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSources;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A metadata service that asks for a wait is left alone by all requests of the process, over real sockets. */
class BusyMetadataServiceIT {
    private static final String TOKEN = "{\"access_token\":\"t\",\"expires_in\":\"3600\",\"token_type\":\"Bearer\"}";

    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final Queue<Integer> waits = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private AzureServiceTokenProvider provider;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestURI().toString());
            Integer wait = waits.poll();
            byte[] body = (wait == null ? TOKEN : "{\"error\":\"too many requests\"}").getBytes(StandardCharsets.UTF_8);
            if (wait != null) {
                exchange.getResponseHeaders().add("Retry-After", wait.toString());
            }
            exchange.sendResponseHeaders(wait == null ? 200 : 429, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        provider = AzureServiceTokenProvider.builder()
                .environment(Map.of(
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                        "http://127.0.0.1:" + server.getAddress().getPort()))
                .sources(List.of(TokenSources.imds()))
                .build();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void get_forAHundredResources_isOneRequestToAServiceThatAskedFor20s() {
        waits.add(20);
        for (int i = 0; i < 100; i++) {
            TokenRequest request = TokenRequest.forResource("https://r" + i)
                    .withClientId(i % 2 == 0 ? null : "00000000-0000-0000-0000-00000000000a")
                    .withDeadline(Duration.ofSeconds(5));

            TokenAcquisitionException e =
                    catchThrowableOfType(TokenAcquisitionException.class, () -> provider.getAccessToken(request));

            assertThat(e).hasMessageContaining("429").hasMessageContaining("too many requests");
            assertThat(e.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
            assertThat(e.retryAfter().orElseThrow()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(20));
        }

        assertThat(requests).hasSize(1);
    }

    @Test
    void get_whenTheWaitFitsIntoTheDeadline_isAnsweredAfterIt() {
        waits.add(1);
        long start = System.nanoTime();
        List<CompletableFuture<String>> all = new ArrayList<>();
        all.add(provider.getAccessTokenAsync(TokenRequest.forResource("https://first")));
        while (requests.isEmpty()) {
            Thread.onSpinWait();
        }
        long asked = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            all.add(provider.getAccessTokenAsync(TokenRequest.forResource("https://r" + i)));
        }

        assertThat(all).allSatisfy(future -> assertThat(future.join()).isEqualTo("t"));
        assertThat(System.nanoTime() - start).isGreaterThan(1_000_000_000L);
        assertThat(asked).isGreaterThan(start);
        // The one that was told to wait is asked again; the others may have gone before its answer came.
        assertThat(requests.stream().filter(uri -> uri.contains("first"))).hasSize(2);
    }
}
