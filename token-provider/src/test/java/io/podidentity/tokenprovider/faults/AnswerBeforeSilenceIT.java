// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.JobTokenSource;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.TlsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Decision 0019: who answered is there. Every source whose service answers once, or some times, and then falls silent
 * fails by that answer, and nobody stands in for it. It waits for real silence, so this is a test for CI.
 */
@EnabledIfSystemProperty(named = "podidentity.long", matches = "true")
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AnswerBeforeSilenceIT {
    private static final String BUSY = "{\"error\":\"temporarily_unavailable\","
            + "\"error_description\":\"AADSTS90033: A transient error has occurred. Please try again.\"}";

    /** Pauses take no time, so that only silence does. */
    private final Time time = new Time() {
        @Override
        public void sleep(long nanos) {}
    };

    @TempDir
    private Path folder;

    @Test
    void getAccessToken_whenItAnswersAndFallsSilent_failsByThatAnswer() throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, Callable<String>> failing = new LinkedHashMap<>();
        for (Leg leg : Leg.values()) {
            expected.put(leg + " once", "HTTP 503, then nothing within ");
            failing.put(leg + " once", () -> failure(leg, 1));
            // The others of a kind would be asked twice by the same.
            if (leg.standsForOthers()) {
                expected.put(leg + " twice", "HTTP 503 twice, then nothing within ");
                failing.put(leg + " twice", () -> failure(leg, 2));
            }
        }
        // They answer the first request by asking for something.
        for (Leg leg : List.of(Leg.AZURE_ARC, Leg.KEY_VAULT)) {
            expected.put(leg + " for a proof", "answered HTTP 401, then nothing within ");
            failing.put(leg + " for a proof", () -> failureAfterPrelude(leg));
        }
        for (boolean gitHub : new boolean[] {true, false}) {
            String job = gitHub ? "GitHub" : "Azure Pipelines";
            expected.put(job, "issued no OIDC token: HTTP 503 twice, then nothing within ");
            failing.put(job, () -> failureOfJob(gitHub));
        }

        assertThat(together(failing))
                .hasSameSizeAs(expected)
                .allSatisfy((name, message) -> assertThat(message).contains(expected.get(name)));
    }

    /** They wait, and cost nothing beside each other. */
    private static Map<String, String> together(Map<String, Callable<String>> failing) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            Map<String, Future<String>> messages = new LinkedHashMap<>();
            failing.forEach((name, call) -> messages.put(name, threads.submit(call)));
            Map<String, String> ended = new LinkedHashMap<>();
            for (Map.Entry<String, Future<String>> message : messages.entrySet()) {
                ended.put(message.getKey(), message.getValue().get());
            }
            return ended;
        } finally {
            threads.shutdownNow();
        }
    }

    private String failureAfterPrelude(Leg leg) throws Exception {
        AtomicInteger answered = new AtomicInteger();
        return message(leg, connection -> {
            if (answered.getAndIncrement() > 0) {
                connection.isSilent();
            }
            connection.sends(String.valueOf(leg.prelude(connection.request())));
        });
    }

    private String failureOfJob(boolean gitHub) throws Exception {
        AtomicInteger answered = new AtomicInteger();
        try (FaultyServer server = new FaultyServer(connection -> answer(connection, answered, 2))) {
            Environment none = Environment.of(Map.of("AZURE_CLIENT_ID", "c", "AZURE_TENANT_ID", "t"));
            HttpTransport http = new HttpTransport(Time.SYSTEM);
            return failure(
                    gitHub
                            ? JobTokenSource.gitHubActions(Contexts.of(
                                    none.with("ACTIONS_ID_TOKEN_REQUEST_URL", server.url() + "/?a=b")
                                            .with("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x"),
                                    http,
                                    time))
                            : JobTokenSource.azurePipelines(Contexts.of(
                                    none.with("SYSTEM_OIDCREQUESTURI", server.url() + "/")
                                            .with("SYSTEM_ACCESSTOKEN", "x")
                                            .with("AZURESUBSCRIPTION_CLIENT_ID", "c")
                                            .with("AZURESUBSCRIPTION_TENANT_ID", "t")
                                            .with("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "s"),
                                    http,
                                    time)));
        }
    }

    /** Where nothing announces the service, it is the probe that is answered; in time only beside few others. */
    @Test
    void getAccessToken_whenItAnswersTheProbeAndFallsSilent_failsByThatAnswer() throws Exception {
        try (FaultyServer imds = new FaultyServer(connection -> {
            if (connection.request().contains("resource=")) {
                connection.isSilent();
            }
            connection.sends(http(400, "Required metadata header not specified"));
        })) {
            Environment environment = Environment.of(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds.url()));
            TokenSource source = new ImdsTokenSource(
                    Contexts.of(environment, new HttpTransport(Time.SYSTEM), Time.SYSTEM), true, null);

            assertThat(failure(source)).contains("HTTP 400, then nothing within ");
        }
    }

    /**
     * NMI takes its time for each "no": the third one begins within two thirds of the deadline, and ends after them.
     */
    @Test
    void getAccessToken_whenNmiSaysNoSlowly_isNoSilence() throws Exception {
        try (FaultyServer nmi = new FaultyServer(connection -> {
            time.await(new CountDownLatch(1), 700_000_000L);
            connection.sends(http(404, "no azure identity found for request clientID"));
        })) {
            Environment environment = Environment.of(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", nmi.url()));
            TokenSource source = new ImdsTokenSource(
                    Contexts.of(environment, new HttpTransport(Time.SYSTEM), Time.SYSTEM), false, null);

            assertThat(failure(source)).contains("HTTP 404", "no azure identity found for request clientID");
        }
    }

    private static String http(int status, String body) {
        return "HTTP/1.1 " + status + " x\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body;
    }

    private static void answer(FaultyServer.Connection connection, AtomicInteger answered, int times)
            throws IOException, InterruptedException {
        if (answered.getAndIncrement() >= times) {
            connection.isSilent();
        }
        connection.sends(http(503, BUSY));
    }

    private String failure(Leg leg, int times) throws Exception {
        AtomicInteger answered = new AtomicInteger();
        return message(leg, connection -> {
            String before = leg.prelude(connection.request());
            if (before == null) {
                answer(connection, answered, times);
            } else {
                connection.sends(before);
            }
        });
    }

    private String message(Leg leg, FaultyServer.Fault fault) throws Exception {
        ClientCertificate shown = leg.certificate(Certificates.UNTIL);
        HttpTransport http = new HttpTransport(Time.SYSTEM, Environment.of(Map.of()), null, TlsServer.trust(shown)) {
            @Override
            public InetAddress[] lookUp(String host) {
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            }
        };
        try (FaultyServer server = leg.tls
                ? new FaultyServer(
                        TlsServer.context(shown)
                                .getServerSocketFactory()
                                .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                        fault)
                : new FaultyServer(fault)) {
            Path files = Files.createTempDirectory(folder, leg.name());
            SourceContext context = new SourceContext(Environment.of(Map.of()), files.toFile(), http, time);
            String url = (leg.tls ? "https" : "http") + "://127.0.0.1:" + server.port();
            return failure(leg.source(context, url, files, shown));
        }
    }

    private static String failure(TokenSource source) {
        AtomicInteger stoodIn = new AtomicInteger();
        TokenSource tool = request -> {
            stoodIn.incrementAndGet();
            return new TokenSource.Acquired(
                    AccessToken.bearer("person", request.resource(), Instant.MAX, null, "Azure CLI"));
        };
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .environment(Map.of())
                .sources(List.of(source, tool))
                .deadline(Duration.ofSeconds(8))
                .build();

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> provider.getAccessToken(TokenRequest.forResource("https://storage.azure.com/")));

        assertThat(stoodIn).as("stands in").hasValue(0);
        assertThat(failure.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(failure.getMessage())
                .doesNotContain("no answer", "llow egress", "nothing listens")
                .hasSizeLessThanOrEqualTo(800);
        return failure.getMessage();
    }
}
