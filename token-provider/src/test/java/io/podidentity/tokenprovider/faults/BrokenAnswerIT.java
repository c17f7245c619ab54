// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.JobTokenSource;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.managed.ArcTokenSource;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.FaultyServer.Connection;
import io.podidentity.tokenprovider.support.TlsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Decision 0019: who answered is there. One byte is an answer: every source whose service gives a broken one fails as
 * unavailable, says what was broken, and nobody stands in for it.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BrokenAnswerIT {
    /** Long enough that a stalled try ends well before the caller goes, on a busy machine too. */
    private static final Duration DEADLINE = Duration.ofSeconds(4);

    private static final String CLIENT_ID = "11111111-2222-3333-4444-555555555555";
    private static final String BODY = "{\"access_token\":\"managed\",\"expires_on\":\"4102444800\"}";
    private static final String ANSWER =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + BODY.length() + "\r\n\r\n" + BODY;
    private static final String FAILURE = "HTTP/1.1 500 Broken\r\nContent-Length: 90\r\n\r\n{\"error\":\"x\",";

    /** Pauses take no time, so that only silence does. */
    private final Time time = new Time() {
        @Override
        public void sleep(long nanos) {}
    };

    @TempDir
    private Path folder;

    /** What a service does with the request that matters. */
    private interface Script {
        void play(Connection connection) throws IOException, InterruptedException;
    }

    /** What comes after the part of an answer that was sent. */
    private enum Then {
        IS_CUT("was cut short"),
        IS_RESET("was broken off"),
        STALLS("did not go on in time");

        private final String said;

        Then(String said) {
            this.said = said;
        }

        void end(Connection connection) throws IOException, InterruptedException {
            if (this == IS_RESET) {
                connection.resets();
            } else if (this == STALLS) {
                connection.isSilent();
            }
        }
    }

    /** A broken answer, and what must be said of it. */
    private record Shape(String name, Script script, List<String> said) {
        /** Whether only a deadline ends it. */
        boolean stalls() {
            return name.endsWith(Then.STALLS.name());
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Shape> shapes() {
        List<Shape> all = new ArrayList<>();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("H", "status line");
        parts.put("HTTP/1.1 2", "status line");
        parts.put("HTTP/1.1 200 OK\r\n", "header");
        parts.put("HTTP/1.1 200 OK\r\nContent-Le", "header");
        parts.put("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n", "body");
        parts.put(ANSWER.substring(0, ANSWER.length() - 9), "body");
        parts.put("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n" + BODY, "body");
        parts.put(FAILURE, "body, after HTTP 500");
        for (Map.Entry<String, String> part : parts.entrySet()) {
            for (Then then : Then.values()) {
                String text = part.getKey();
                String name =
                        "'" + text.substring(Math.max(0, text.length() - 12)).strip() + "' " + then;
                Script script = connection -> then.end(connection.sends(text));
                // Of an answer that is reset, what was sent may be lost on the way; then it was silence, or cut short.
                String said = then == Then.IS_RESET ? "the answer was " : "the answer " + then.said;
                all.add(new Shape(name, script, List.of(said, "in the " + part.getValue())));
            }
        }
        all.add(sends("300 kB", "HTTP/1.1 200 x\r\n\r\n" + "x".repeat(300_000), "longer than 256 kB"));
        all.add(sends("long header", "HTTP/1.1 200 x\r\nX: " + "x".repeat(70_000), "header is too long"));
        all.add(sends("SSH", "SSH-2.0-OpenSSH_9.6\r\n\r\n", "the answer is not HTTP"));
        all.add(sends("garbage", "\u0000\u0001\u00ff\r\n\r\n", "the answer is not HTTP"));
        all.add(sends("TLS alert", "\u0015\u0003\u0001\u0000\u0002\u0002P\n\n", "the answer is not HTTP"));
        all.add(sends("no status", "HTTP/1.1 x OK\r\n\r\n", "the answer is not HTTP"));
        all.add(sends("gzip", "HTTP/1.1 200 x\r\nContent-Encoding: gzip\r\n\r\n\u001f\u008b", "is compressed"));
        all.add(sends(
                "two lengths", "HTTP/1.1 200 x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345", "not clear"));
        all.add(sends("no header", "HTTP/1.1 200 x\r\n: y\r\n\r\n" + BODY, "header is broken"));
        all.add(sends("no chunk", "HTTP/1.1 200 x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "chunks are broken"));
        return all;
    }

    private static Shape sends(String name, String text, String said) {
        return new Shape(name, connection -> connection.sends(text), List.of(said));
    }

    /** One way to a service that is there. */
    private record Way(String name, boolean tls, Leg leg, Sources sources) {
        @Override
        public String toString() {
            return name;
        }

        String prelude(String request) {
            return leg == null ? null : leg.prelude(request);
        }
    }

    private interface Sources {
        TokenSource of(SourceContext context, String url, Path files, ClientCertificate shown) throws Exception;
    }

    static Stream<Way> ways() {
        List<Way> ways = new ArrayList<>();
        for (Leg leg : Leg.values()) {
            ways.add(new Way(leg.title(), leg.tls, leg, leg::source));
        }
        ways.add(new Way("IMDS with AZURE_CLIENT_ID", false, null, BrokenAnswerIT::imdsOfNamed));
        ways.add(new Way("IMDS in a pod", false, null, BrokenAnswerIT::imdsInPod));
        ways.add(new Way("Azure Arc, unannounced", false, null, BrokenAnswerIT::unannouncedArc));
        ways.add(new Way("GitHub Actions", false, null, BrokenAnswerIT::gitHub));
        ways.add(new Way("Azure Pipelines", false, null, BrokenAnswerIT::azurePipelines));
        return ways.stream();
    }

    private static TokenSource imdsOfNamed(SourceContext context, String url, Path files, ClientCertificate shown) {
        Map<String, String> variables = Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", url, "AZURE_CLIENT_ID", CLIENT_ID);
        return ImdsTokenSource.ofChain(context.with(Environment.of(variables)), false);
    }

    private static TokenSource imdsInPod(SourceContext context, String url, Path files, ClientCertificate shown) {
        Map<String, String> variables =
                Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", url, "KUBERNETES_SERVICE_HOST", "10.0.0.1");
        return ImdsTokenSource.ofChain(context.with(Environment.of(variables)), false);
    }

    /** An agent that no variable announces is asked at a fixed address, which the transport replaces here. */
    private static TokenSource unannouncedArc(SourceContext context, String url, Path files, ClientCertificate shown) {
        HttpTransport moved = new HttpTransport(Time.SYSTEM) {
            @Override
            public HttpResponse send(HttpRequest request) throws IOException, InterruptedException {
                return super.send(HttpRequest.toHost(
                        request.url().replace("http://127.0.0.1:40342", url),
                        request.connectMillis(),
                        request.totalMillis()));
            }
        };
        return new ArcTokenSource(Contexts.of(moved, context.time()), null);
    }

    private static TokenSource gitHub(SourceContext context, String url, Path files, ClientCertificate shown) {
        Map<String, String> variables = Map.of(
                "AZURE_CLIENT_ID", "c",
                "AZURE_TENANT_ID", "t",
                "ACTIONS_ID_TOKEN_REQUEST_URL", url + "/?a=b",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x");
        return JobTokenSource.gitHubActions(context.with(Environment.of(variables)));
    }

    private static TokenSource azurePipelines(SourceContext context, String url, Path files, ClientCertificate shown) {
        Map<String, String> variables = Map.of(
                "SYSTEM_OIDCREQUESTURI", url + "/",
                "SYSTEM_ACCESSTOKEN", "x",
                "AZURESUBSCRIPTION_CLIENT_ID", "c",
                "AZURESUBSCRIPTION_TENANT_ID", "t",
                "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "s");
        return JobTokenSource.azurePipelines(context.with(Environment.of(variables)));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void getAccessToken_whenTheAnswerIsBroken_failsByWhatWasBrokenAndNobodyStandsIn(Way way) throws Exception {
        assertFailures(
                List.of(way), shapes().stream().filter(shape -> !shape.stalls()).toList());
    }

    /** Those that wait cost nothing beside each other. */
    @Test
    void getAccessToken_whenTheAnswerStalls_failsByWhatWasBrokenAndNobodyStandsIn() throws Exception {
        assertFailures(ways().toList(), shapes().stream().filter(Shape::stalls).toList());
    }

    private void assertFailures(List<Way> ways, List<Shape> shapes) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<String>> results = new ArrayList<>();
            for (Way way : ways) {
                ClientCertificate shown = certificate(way);
                SSLContext server = way.tls ? TlsServer.context(shown) : null;
                SSLContext client = way.tls ? TlsServer.trust(shown) : null;
                for (Shape shape : shapes) {
                    results.add(threads.submit(() -> wrong(way, shape, shown, server, client)));
                }
            }
            StringBuilder wrong = new StringBuilder();
            for (Future<String> result : results) {
                wrong.append(result.get());
            }
            assertThat(wrong.toString()).isEmpty();
        } finally {
            threads.shutdownNow();
        }
    }

    /** What is not as it should be; empty if all is. */
    private String wrong(Way way, Shape shape, ClientCertificate shown, SSLContext server, SSLContext client)
            throws Exception {
        String got = result(way, shape.script, shown, server, client);
        boolean right = got.startsWith("SERVICE_UNAVAILABLE") && says(shape, got);
        return right ? "" : way + ", " + shape + " -> " + got + "\n";
    }

    private static boolean says(Shape shape, String message) {
        return shape.said.stream().allMatch(message::contains);
    }

    /**
     * Whoever names a managed identity wants no person: silence is refused then, as if only that source were allowed.
     */
    @Test
    void getAccessToken_whenTheNamedIdentitysServiceIsSilent_isNobodyElses() throws Exception {
        Way named = new Way("IMDS with AZURE_CLIENT_ID", false, null, BrokenAnswerIT::imdsOfNamed);
        Way unnamed = new Way("IMDS in a pod", false, null, BrokenAnswerIT::imdsInPod);

        assertThat(result(named, Connection::isSilent, null, null, null))
                .startsWith("SERVICE_UNAVAILABLE")
                .contains("no answer from http://127.0.0.1:", "the identity that a setting names is its own");
        assertThat(result(unnamed, Connection::isSilent, null, null, null)).isEqualTo("a token of anna's");
    }

    private static ClientCertificate certificate(Way way) {
        return way.leg == null ? null : way.leg.certificate(Certificates.UNTIL);
    }

    private String result(Way way, Script script, ClientCertificate shown, SSLContext server, SSLContext client)
            throws Exception {
        HttpTransport http = new HttpTransport(Time.SYSTEM, Environment.of(Map.of()), null, client) {
            @Override
            public InetAddress[] lookUp(String host) {
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            }
        };
        FaultyServer.Fault fault = connection -> {
            String before = way.prelude(connection.request());
            if (before == null) {
                script.play(connection);
            } else {
                connection.sends(before);
            }
        };
        try (FaultyServer service = server == null
                ? new FaultyServer(fault)
                : new FaultyServer(
                        server.getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                        fault)) {
            Path files = Files.createTempDirectory(folder, "files");
            SourceContext context = new SourceContext(Environment.of(Map.of()), files.toFile(), http, time);
            String url = (way.tls ? "https" : "http") + "://127.0.0.1:" + service.port();
            return result(way.sources.of(context, url, files, shown));
        }
    }

    /** What a call gets whose chain has this source, and then a person who is logged in. */
    private static String result(TokenSource source) {
        TokenSource person = request -> new TokenSource.Acquired(
                AccessToken.bearer("person", request.resource(), Instant.MAX, null, "Azure CLI"));
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(Map.of())
                .sources(List.of(source, person))
                .deadline(DEADLINE)
                .build();
        try {
            String token = provider.getAccessToken(TokenRequest.forResource("https://storage.azure.com/"));
            return token.equals("person") ? "a token of anna's" : "a token";
        } catch (TokenAcquisitionException e) {
            return e.code() + " " + String.valueOf(e.getMessage()).replace('\n', '|');
        }
    }
}
