// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A token endpoint with the page of a user beside it, and a metadata service; it keeps what it was sent. */
final class RecordingTokenEndpoint implements AutoCloseable {
    static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /** The forms, with the header Authorization where there was one. */
    final Queue<Map<String, String>> forms = new ConcurrentLinkedQueue<>();
    /** What the metadata service was asked. */
    final Queue<String> identities = new ConcurrentLinkedQueue<>();

    volatile boolean refusesIdentities;

    private final HttpServer server;

    RecordingTokenEndpoint() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/token", this::token);
        server.createContext("/user", exchange -> answer(exchange, "{\"sub\":\"ada\"}"));
        server.createContext("/metadata", this::identity);
        server.start();
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** The settings of a registration without a secret, and of what it needs beside that. */
    String[] registration(String name, String grant) {
        String registration = "spring.security.oauth2.client.registration." + name + ".";
        String provider = "spring.security.oauth2.client.provider.entra.";
        return new String[] {
            registration + "provider=entra",
            registration + "client-id=app-" + name,
            registration + "authorization-grant-type=" + grant,
            registration + "scope=api://orders/.default",
            registration + "redirect-uri={baseUrl}/login/oauth2/code/{registrationId}",
            provider + "token-uri=" + url("/token"),
            provider + "authorization-uri=" + url("/authorize"),
            provider + "user-info-uri=" + url("/user"),
            provider + "user-name-attribute=sub",
            "token-provider.environment.AZURE_POD_IDENTITY_AUTHORITY_HOST=" + url(""),
        };
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void token(HttpExchange exchange) throws IOException {
        Map<String, String> form = new TreeMap<>();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        for (String field : body.split("&", -1)) {
            String[] pair = field.split("=", 2);
            form.put(pair[0], URLDecoder.decode(pair[1], StandardCharsets.UTF_8));
        }
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (authorization != null) {
            form.put("Authorization", authorization);
        }
        forms.add(form);
        // Within the minute that Spring Security allows for clocks: the next call renews it.
        answer(
                exchange,
                "{\"access_token\":\"t" + forms.size()
                        + "\",\"token_type\":\"Bearer\",\"expires_in\":30,\"refresh_token\":\"r\"}");
    }

    private void identity(HttpExchange exchange) throws IOException {
        identities.add(exchange.getRequestURI().getQuery());
        if (refusesIdentities) {
            answer(exchange, 400, "{\"error\":\"invalid_request\",\"error_description\":\"Identity not found\"}");
            return;
        }
        answer(
                exchange,
                "{\"access_token\":\"of-the-identity\",\"client_id\":\"orders-identity\",\"expires_in\":\"86400\","
                        + "\"token_type\":\"Bearer\"}");
    }

    private static void answer(HttpExchange exchange, String body) throws IOException {
        answer(exchange, 200, body);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }
}
