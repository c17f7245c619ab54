// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.internal.chain.SourceDescriptor;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.FaultyServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both legs over a socket. */
class ArcTokenSourceIT {
    private static final String KEY = "a/b3c4d5e6f7g8h9i0";

    @Test
    void acquire_fromAnAgent_showsItTheKeyInTheSecondRequest(@TempDir Path root) throws Exception {
        Path key = Path.of(root.toString(), "/var/opt/azcmagent/tokens/a.key");
        Files.createDirectories(key.getParent());
        Files.writeString(key, "the-key\n");
        List<String> shown = new CopyOnWriteArrayList<>();
        HttpServer agent = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        agent.createContext("/", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            shown.add(exchange.getRequestHeaders().getFirst("Metadata") + " " + authorization);
            byte[] body = EndpointCases.TOKEN.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Www-Authenticate", "Basic realm=/var/opt/azcmagent/tokens/a.key");
            exchange.sendResponseHeaders(authorization == null ? 401 : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        agent.start();
        try {
            String url = "http://127.0.0.1:" + agent.getAddress().getPort();
            Environment environment = new Environment(
                    Map.of("IDENTITY_ENDPOINT", url + "/token", "IMDS_ENDPOINT", url), false, false, "/nowhere");
            TokenSource source = SourceDescriptor.createEndpoint(
                    new SourceContext(environment, root.toFile(), new HttpTransport(Time.SYSTEM), Time.SYSTEM), null);

            assertThat(source.acquire(EndpointCases.REQUEST)).isInstanceOf(Acquired.class);
            assertThat(shown).containsExactly("true null", "true Basic the-key");
        } finally {
            agent.stop(0);
        }
    }

    @ParameterizedTest
    @MethodSource("echoes")
    void acquire_whenTheAgentEchoesTheKey_doesNotShowIt(String echo, @TempDir Path root) throws Exception {
        Path key = Path.of(root.toString(), "/var/opt/azcmagent/tokens/a.key");
        Files.createDirectories(key.getParent());
        Files.writeString(key, KEY);
        String body = "{\"error\":\"unauthorized\",\"error_description\":\"no such key: " + echo + "\"}";
        AtomicBoolean asked = new AtomicBoolean();
        try (FaultyServer agent = new FaultyServer(connection -> connection.sends(
                asked.getAndSet(true)
                        ? "HTTP/1.1 403 Forbidden\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n"
                                + body
                        : "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=/var/opt/azcmagent/tokens/a.key\r\n"
                                + "Content-Length: 0\r\nConnection: close\r\n\r\n"))) {
            Environment environment = new Environment(
                    Map.of("IDENTITY_ENDPOINT", agent.url() + "/token", "IMDS_ENDPOINT", agent.url()),
                    false,
                    false,
                    "/nowhere");
            TokenSource source = SourceDescriptor.createEndpoint(
                    new SourceContext(environment, root.toFile(), new HttpTransport(Time.SYSTEM), Time.SYSTEM), null);

            assertThatThrownBy(() -> source.acquire(EndpointCases.REQUEST))
                    .hasMessageStartingWith("HTTP 403 \"unauthorized\": no such key: [hidden]. ");
            assertThat(agent.requests().get(1)).contains("Basic " + KEY);
        }
    }

    static Stream<String> echoes() {
        return Stream.of(
                KEY,
                KEY.toUpperCase(Locale.ROOT),
                KEY.substring(0, 10),
                KEY.substring(10),
                "a%2fb3c4d5e6f7g8h9i0",
                Base64.getEncoder()
                        .encodeToString(KEY.getBytes(StandardCharsets.UTF_8))
                        .replace("=", ""));
    }
}
