// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.http.Answer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that want what is not theirs, as bytes on a socket: no client library would send them. A test for CI. */
@EnabledIfSystemProperty(named = "podidentity.long", matches = "true")
@Timeout(120)
class AttacksIT {
    private static final String IDENTITY =
            AttackedDemo.AZURE.identities().get(0).objectId();
    /** More than the 200 threads that Tomcat has; in CI many more. */
    private static final int CLIENTS = Boolean.getBoolean("podidentity.long") ? 1_000 : 300;

    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3})");

    private final DemoProcess demo = AttackedDemo.demo();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/identity HTTP/1.1|Host: localhost:PORT",
                "GET /api/identity HTTP/1.1|Host: LOCALHOST",
                "GET /api/identity HTTP/1.1|Host: [::1]:PORT",
                "GET http://localhost:PORT/api/identity HTTP/1.1|Host: localhost:PORT",
                "GET /api/identity HTTP/1.1|Host: localhost|X-Forwarded-Host: evil.example"
            })
    void request_toThisHost_isAnswered(String request) throws IOException {
        assertThat(send(request)).startsWith("HTTP/1.1 200").contains(IDENTITY);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "421; GET /api/identity HTTP/1.1|Host: evil.example",
                "421; GET /api/identity HTTP/1.1|Host: evil.example:PORT",
                "421; GET /api/identity HTTP/1.1|Host: localhost.evil.example",
                "421; GET /api/identity HTTP/1.1|Host: 127.0.0.1.evil.example",
                "421; GET /api/identity HTTP/1.1|Host: 0.0.0.0:PORT",
                "421; GET /api/identity HTTP/1.1|Host: 127.1",
                "421; GET /api/identity HTTP/1.1|Host: [::ffff:10.0.0.1]",
                "421; GET /api/identity HTTP/1.1|Host: evil.example|X-Forwarded-Host: localhost",
                "421; GET /api/identity HTTP/1.1|Host: evil.example|Forwarded: host=localhost",
                "421; GET /api/identity HTTP/1.1|Host: evil.example|X-Forwarded-For: 127.0.0.1",
                "421; GET http://evil.example/api/identity HTTP/1.1|Host: evil.example",
                "421; GET /api/identity HTTP/1.1|Host:",
                "400; GET http://evil.example/api/identity HTTP/1.1|Host: localhost",
                "400; GET http://localhost/api/identity HTTP/1.1|Host: evil.example",
                "400; GET http://localhost@evil.example/api/identity HTTP/1.1|Host: localhost",
                "400; GET /api/identity HTTP/1.1",
                "400; GET /api/identity HTTP/1.1|Host: localhost|Host: evil.example",
                "400; GET /api/identity HTTP/1.1|Host: localhost@evil.example",
                "400; GET /api/identity HTTP/1.1|Host: localhost evil.example",
                "400; GET /api/identity HTTP/1.1|Host: localhost/evil.example",
                "400; GET /api/identity HTTP/1.1|Host: [::1]evil.example",
                "400; GET /api/identity HTTP/1.1|Host: localhost:PORT:PORT"
            })
    void request_toAnotherHost_learnsNothing(int status, String request) throws IOException {
        assertThat(send(request)).startsWith("HTTP/1.1 " + status).doesNotContain(IDENTITY);
    }

    /** Each hides a request for the identity behind one for the page, in a place where two readers could disagree. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 4|Transfer-Encoding: chunked||0||",
                "Transfer-Encoding: chunked|Content-Length: 0||0||",
                "Content-Length: 0|Content-Length: 60||",
                "Content-Length: 0, 60||",
                "Content-Length: +0||",
                "Content-Length: 0x0||",
                "Transfer-Encoding : chunked||0||",
                "Transfer-Encoding: xchunked||0||",
                "Transfer-Encoding: chunked, identity||0||",
                "Transfer-Encoding: identity||",
                "Transfer-Encoding:| chunked||0||",
                "X: a\rTransfer-Encoding: chunked||0||",
                "Transfer-Encoding: chunked||0x0||",
                "Transfer-Encoding: chunked||-1||",
                "Transfer-Encoding: chunked||100000000000000000||",
                "Transfer-Encoding: chunked||1;a=\n0|x|0||",
                "X\u0000: a||"
            })
    void request_thatHidesAnother_isTheOnlyOne(String rest) throws IOException {
        String answers = send("POST / HTTP/1.1|Host: localhost|" + rest + "GET /api/identity HTTP/1.1|Host: localhost");

        assertThat(answers).doesNotContain(IDENTITY);
        assertThat(STATUS.matcher(answers).results()).hasSizeLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/blobs/../private/secret.txt",
                "/api/blobs/%2e%2e/private/secret.txt",
                "/api/blobs/..%2fprivate%2fsecret.txt",
                "/api/blobs/x%2f..%2f..%2fprivate%2fsecret.txt",
                "/api/blobs/..%5cprivate%5csecret.txt",
                "/api/blobs/..\\private\\secret.txt",
                "/api/blobs/%c0%ae%c0%ae/private/secret.txt",
                "/api/blobs/%c0%ae%c0%ae%c0%afprivate",
                "/api/blobs/..;/private/secret.txt",
                "/api/blobs/hello.txt%00.png",
                "/api/blobs/%ff%fe",
                "/api/blobs/%",
                "/..%2fapplication.yaml",
                "/demo.css/..%2f..%2fapplication.yaml",
                "/static/..;/application.yaml",
                "/WEB-INF/classes/application.yaml",
                "/META-INF/sbom/application.cdx.json",
                "/..%252f..%252fetc%252fpasswd",
                "/%2f%2fetc/passwd",
                "/api/token",
                "/api/blobs/..;/..;/actuator/env",
                "/;/actuator/env",
                "//actuator//env",
                "/actuator/..;/actuator/env",
                "/%61ctuator/heapdump",
                "/actuator/prometheus/..%2fenv"
            })
    void path_thatLeadsElsewhere_isNotServed(String path) throws IOException {
        List<String> asked = new ArrayList<>();
        AttackedDemo.storage(request -> {
            asked.add(request.rawPath());
            return Answer.text(404, "text/plain", "");
        });

        assertThat(send("GET " + path + " HTTP/1.1|Host: localhost"))
                .containsPattern("^HTTP/1.1 40[0-9]")
                .doesNotContain("\tat ", "java.lang");
        assertThat(asked)
                .allMatch(url -> url.startsWith("/account/samples/") && !url.matches(".*(\\.\\.[/\\\\]|\\.\\.$).*"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "env",
                "configprops",
                "beans",
                "conditions",
                "mappings",
                "heapdump",
                "threaddump",
                "loggers",
                "loggers/ROOT",
                "logfile",
                "startup",
                "sbom",
                "sbom/application",
                "caches",
                "scheduledtasks",
                "httpexchanges",
                "auditevents",
                "sessions",
                "quartz",
                "jolokia",
                "shutdown",
                "restart",
                "refresh"
            })
    void actuator_thatShowsOrChangesMore_isNotThere(String endpoint) throws IOException {
        for (String method : List.of("GET", "POST", "DELETE")) {
            assertThat(send(method + " /actuator/" + endpoint + " HTTP/1.1|Host: localhost|Content-Length: 0"))
                    .startsWith("HTTP/1.1 404");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DELETE, /actuator/tokenprovider",
        "POST, /actuator/tokenprovider",
        "POST, /actuator/health",
        "PUT, /actuator/info",
        "DELETE, /api/blobs/hello.txt",
        "PUT, /api/blobs/hello.txt",
        "POST, /api/identity",
        "TRACE, /api/identity"
    })
    void method_thatWouldChangeSomething_isNotAllowed(String method, String path) throws IOException {
        assertThat(send(method + " " + path
                        + " HTTP/1.1|Host: localhost|X-HTTP-Method-Override: GET|Content-Length: 0"))
                .startsWith("HTTP/1.1 405")
                .doesNotContain(IDENTITY);
    }

    /** So many of each kind that no thread would be left if each took one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "GET / HT",
                "GET / HTTP/1.1|Host: localhost|X-A: ",
                "POST / HTTP/1.1|Host: localhost|Content-Length: 1000||x",
                "POST /api/identity HTTP/1.1|Host: localhost|Content-Type: application/x-www-form-urlencoded|Content-Length: 9||a",
                "PUT /api/identity HTTP/1.1|Host: localhost|Content-Type: application/x-www-form-urlencoded|Content-Length: 9||a",
                "GET / HTTP/1.1|Host: localhost|Transfer-Encoding: chunked||1|"
            })
    void clients_thatNeverEndTheirRequest_leaveRoomForTheOthers(String beginning) throws Exception {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) {
                Socket socket = demo.connect();
                slow.add(socket);
                socket.getOutputStream().write(bytes(beginning));
            }
            Instant start = Instant.now();

            assertThat(demo.get("/actuator/health/liveness").statusCode()).isEqualTo(200);

            assertThat(Duration.between(start, Instant.now())).isLessThan(Duration.ofSeconds(1));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void head_thatIsBig_isRefused() throws IOException {
        assertThat(send("GET / HTTP/1.1|Host: localhost|X: " + "a".repeat(60_000)))
                .startsWith("HTTP/1.1 400");
        assertThat(send("GET /" + "a".repeat(60_000) + " HTTP/1.1|Host: localhost"))
                .startsWith("HTTP/1.1 400");
        assertThat(send("GET / HTTP/1.1|Host: localhost" + "|X: a".repeat(1_000)))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void page_forAHostileQuery_showsItAsText() throws Exception {
        HttpResponse<byte[]> page = demo.get("/?prefix=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%0d%0aSet-Cookie:a=b");

        assertThat(AttackedDemo.text(page.body())).doesNotContain("<script>");
        assertThat(page.headers().firstValue("Set-Cookie")).isEmpty();
    }

    /** Sends lines, which end at each bar, and returns all answers until the server closes or has no more to say. */
    private String send(String lines) throws IOException {
        try (Socket socket = demo.connect()) {
            socket.getOutputStream().write(bytes(lines + "|Connection: close||"));
            socket.setSoTimeout(5_000);
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        } catch (SocketException | SocketTimeoutException nothingMore) {
            return "";
        }
    }

    private byte[] bytes(String lines) {
        return lines.replace("PORT", Integer.toString(demo.port()))
                .replace("|", "\r\n")
                .getBytes(ISO_8859_1);
    }
}
