// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.credential.BearerTokenCredential;
import com.sun.net.httpserver.HttpServer;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** OpenAI's own client, as docs/spring-boot.md shows it, over a socket. */
class OpenAiTest {
    private static final byte[] NO_MODELS = "{\"object\": \"list\", \"data\": []}".getBytes(StandardCharsets.UTF_8);

    @Test
    void client_withASupplier_sendsTheTokenOfTheMoment() throws Exception {
        List<String> seen = new CopyOnWriteArrayList<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            seen.add(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, NO_MODELS.length);
            exchange.getResponseBody().write(NO_MODELS);
            exchange.close();
        });
        server.start();
        AzureServiceTokenProvider provider = FakeSource.withToken().provider();
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl("http://localhost:" + server.getAddress().getPort())
                .credential(BearerTokenCredential.create(
                        () -> provider.getAccessToken("https://cognitiveservices.azure.com")))
                .build();
        try {
            client.models().list();
            provider.invalidate();
            client.models().list();
        } finally {
            client.close();
            server.stop(0);
        }

        assertThat(seen).containsExactly("Bearer " + FakeSource.TOKEN, "Bearer " + FakeSource.TOKEN + "2");
    }
}
