// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An API on loopback: remembers what it was sent, redirects /moved to another name, and can refuse the first token. */
final class ChallengingServer implements AutoCloseable {
    static final String CLAIMS = "{\"access_token\":{\"nbf\":{\"essential\":true,\"value\":\"1\"}}}";

    static final String CLAIMS_CHALLENGE =
            "Bearer authorization_uri=\"https://login\", error=\"insufficient_claims\", claims=\""
                    + Base64.getEncoder().encodeToString(CLAIMS.getBytes(StandardCharsets.UTF_8)) + "\"";

    final List<String> authorizations = new CopyOnWriteArrayList<>();
    final List<String> bodies = new CopyOnWriteArrayList<>();
    volatile String challenge;
    private final HttpServer server;

    ChallengingServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            String authorization = exchange.getRequestHeaders().getFirst("Authorization");
            authorizations.add(String.valueOf(authorization));
            bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            boolean refuses = challenge != null && authorization.equals("Bearer " + FakeSource.TOKEN);
            if (refuses) {
                exchange.getResponseHeaders().add("WWW-Authenticate", challenge);
            }
            boolean moves = exchange.getRequestURI().getPath().equals("/moved");
            if (moves) {
                exchange.getResponseHeaders().add("Location", "http://127.0.0.1:" + port() + "/");
            }
            exchange.sendResponseHeaders(refuses ? 401 : moves ? 302 : 200, -1);
            exchange.close();
        });
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url(String path) {
        return "http://localhost:" + port() + path;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
