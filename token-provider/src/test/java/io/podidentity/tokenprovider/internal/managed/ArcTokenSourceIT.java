package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.cases.EndpointCases;
import io.podidentity.tokenprovider.internal.chain.EndpointSources;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both legs over a socket. */
class ArcTokenSourceIT {
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
            TokenSource source =
                    EndpointSources.find(environment, root.toFile(), new HttpTransport(Time.SYSTEM), Time.SYSTEM, null);

            assertThat(source.acquire(EndpointCases.REQUEST)).isInstanceOf(Acquired.class);
            assertThat(shown).containsExactly("true null", "true Basic the-key");
        } finally {
            agent.stop(0);
        }
    }
}
