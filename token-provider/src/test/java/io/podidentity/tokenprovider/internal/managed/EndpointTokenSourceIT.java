// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
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
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What arrives at the hosts that no other client of Java asks in the documented way. */
class EndpointTokenSourceIT {
    private final List<String> received = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII);
        received.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + form);
        received.add("Metadata " + exchange.getRequestHeaders().getFirst("Metadata"));
        received.add("secret " + exchange.getRequestHeaders().getFirst("secret"));
        received.add("Content-Type " + exchange.getRequestHeaders().getFirst("Content-Type"));
        byte[] body = EndpointCases.TOKEN.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void acquire_fromCloudShell_postsAForm() throws Exception {
        acquire(Map.of());

        assertThat(received)
                .containsExactly(
                        "POST /token resource=https%3A%2F%2Fmanagement.azure.com",
                        "Metadata true", "secret null", "Content-Type application/x-www-form-urlencoded");
    }

    @Test
    void acquire_fromAzureMl_namesItsDefaultIdentity() throws Exception {
        acquire(Map.of("MSI_SECRET", "the-secret", "DEFAULT_IDENTITY_CLIENT_ID", "d"));

        assertThat(received)
                .containsExactly(
                        "GET /token?api-version=2017-09-01&resource=https%3A%2F%2Fmanagement.azure.com&clientid=d ",
                        "Metadata null", "secret the-secret", "Content-Type null");
    }

    @Test
    void acquire_fromAnOldAppService_namesNoIdentityByItself() throws Exception {
        acquire(Map.of("MSI_SECRET", "the-secret", "WEBSITE_SITE_NAME", "app", "DEFAULT_IDENTITY_CLIENT_ID", "d"));

        assertThat(received)
                .contains(
                        "GET /token?api-version=2017-09-01&resource=https%3A%2F%2Fmanagement.azure.com ",
                        "secret the-secret");
    }

    /** The parameters of "MSI v1 token revocation", and the version before them where a host does not know those. */
    @Test
    void acquire_fromAppServiceByAProgramThatHandlesChallenges_namesTheRefusedTokenByItsHash() throws Exception {
        try (FaultyServer host = new FaultyServer(connection -> connection.sends("HTTP/1.1 200 x\r\nContent-Length: "
                + EndpointCases.TOKEN.length() + "\r\n\r\n" + EndpointCases.TOKEN))) {
            TokenSource source = appService(host);
            source.acquire(EndpointCases.REQUEST);
            source.acquire(EndpointCases.REQUEST.withCaeEnabled(true));
            source.acquire(EndpointCases.REQUEST.withClaims("{}"));

            String resource = "&resource=https%3A%2F%2Fmanagement.azure.com";
            assertThat(host.requests())
                    .extracting(request -> request.substring(0, request.indexOf(" HTTP")))
                    .containsExactly(
                            "GET /?api-version=2019-08-01" + resource,
                            "GET /?api-version=2025-03-30" + resource + "&xms_cc=cp1",
                            "GET /?api-version=2025-03-30" + resource + "&xms_cc=cp1&token_sha256_to_refresh="
                                    + "e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8");
        }
    }

    @Test
    void acquire_fromAnAppServiceThatDoesNotKnowOfChallenges_asksByTheVersionBeforeFromThenOn() throws Exception {
        try (FaultyServer host = new FaultyServer(connection -> connection.sends(
                connection.request().contains("2025-03-30")
                        ? "HTTP/1.1 400 x\r\nContent-Length: 0\r\n\r\n"
                        : "HTTP/1.1 200 x\r\nContent-Length: " + EndpointCases.TOKEN.length() + "\r\n\r\n"
                                + EndpointCases.TOKEN))) {
            TokenSource source = appService(host);

            for (int i = 0; i < 2; i++) {
                assertThat(source.acquire(EndpointCases.REQUEST.withCaeEnabled(true)))
                        .isInstanceOf(Acquired.class);
            }
            assertThat(host.requests())
                    .extracting(request -> request.substring(18, 28))
                    .containsExactly("2025-03-30", "2019-08-01", "2019-08-01");
        }
    }

    private static TokenSource appService(FaultyServer host) {
        return SourceDescriptor.createEndpoint(
                new SourceContext(
                        Environment.of(Map.of("IDENTITY_ENDPOINT", host.url() + "/", "IDENTITY_HEADER", "h")),
                        new File("/nowhere"),
                        new HttpTransport(Time.SYSTEM),
                        Time.SYSTEM),
                null);
    }

    private void acquire(Map<String, String> variables) throws Exception {
        Map<String, String> all = new HashMap<>(variables);
        all.put("MSI_ENDPOINT", "http://127.0.0.1:" + server.getAddress().getPort() + "/token");
        TokenSource source = SourceDescriptor.createEndpoint(
                new SourceContext(
                        new Environment(all, false, false, "/nowhere"),
                        new File("/nowhere"),
                        new HttpTransport(Time.SYSTEM),
                        Time.SYSTEM),
                null);
        assertThat(source.acquire(EndpointCases.REQUEST)).isInstanceOf(Acquired.class);
    }
}
