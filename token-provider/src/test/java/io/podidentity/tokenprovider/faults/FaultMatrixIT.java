// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.source.SourceContext;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.BlackHole;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.TlsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every source against everything that can be wrong at its other end, by the real transport over real sockets, for
 * callers that wait and for those that do not.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FaultMatrixIT {
    private static final Pattern CHOSEN = Pattern.compile(System.getProperty("podidentity.faults", ".*"));
    private static final String RESOURCE = "https://storage.azure.com";
    /** Of calls that only it ends. */
    private static final Duration SHORT = Duration.ofMillis(Integer.getInteger("podidentity.faults.deadline", 600));

    private static final Instant EXPIRED = Certificates.FROM.plusSeconds(3600);
    private static final Duration LONG = Duration.ofSeconds(60);
    /** What a busy machine may take besides. */
    private static final Duration GRACE = Duration.ofMillis(Integer.getInteger("podidentity.faults.grace", 20_000));

    /** Pauses take no time, so that only silence does. */
    private final Time time = new Time() {
        @Override
        public void sleep(long nanos) {}
    };

    @TempDir
    private Path folder;

    /** What takes its time to make; one test is of one leg. */
    private final Map<Instant, ClientCertificate> certificates = new ConcurrentHashMap<>();

    private final Map<ClientCertificate, SSLContext> servers = new ConcurrentHashMap<>();
    private final Map<ClientCertificate, SSLContext> clients = new ConcurrentHashMap<>();

    private final CountDownLatch dnsGivesUp = new CountDownLatch(1);
    private BlackHole blackHole;

    @BeforeEach
    void dig() throws IOException {
        blackHole = new BlackHole();
    }

    @AfterEach
    void noThreadIsLeft() throws Exception {
        blackHole.close();
        dnsGivesUp.countDown();
        ThreadsOfOurs.awaitNone();
    }

    /** Two; in CI one of each kind; for that page all. */
    static Stream<Leg> legs() {
        return Arrays.stream(Leg.values())
                .filter(leg -> leg.standsForAll()
                        || (Boolean.getBoolean("podidentity.long") && leg.standsForOthers())
                        || Boolean.getBoolean("podidentity.faults.all"));
    }

    @ParameterizedTest
    @MethodSource("legs")
    void getAccessToken_whateverIsWrongAtTheOtherEnd_isAsTheTableSays(Leg leg) throws Exception {
        // Those that wait cost nothing beside each other; the others would make each other wait.
        ExecutorService waiting = Executors.newCachedThreadPool();
        ExecutorService working = Executors.newFixedThreadPool(2);
        List<Future<String>> outcomes = new ArrayList<>();
        try {
            for (Fault fault : Fault.all()) {
                if (fault.concerns(leg) && CHOSEN.matcher(fault.name).matches()) {
                    outcomes.add((fault.waits() ? waiting : working).submit(() -> outcome(leg, fault)));
                }
            }
            StringBuilder wrong = new StringBuilder();
            for (Future<String> outcome : outcomes) {
                wrong.append(outcome.get());
            }
            assertThat(wrong.toString()).isEmpty();
        } finally {
            waiting.shutdownNow();
            working.shutdownNow();
        }
    }

    /** What is not as it should be; empty if all is. */
    private String outcome(Leg leg, Fault fault) throws Exception {
        Instant until = fault.below == Fault.Below.EXPIRED ? EXPIRED : Certificates.UNTIL;
        ClientCertificate shown = certificates.computeIfAbsent(until, leg::certificate);
        try (FaultyServer server = server(leg, fault, shown)) {
            int port = switch (fault.below) {
                case CLOSED -> closedPort();
                case BLACK_HOLE -> blackHole.port();
                default -> server.port();
            };
            Path files = Files.createTempDirectory(folder, "files");
            SourceContext context =
                    new SourceContext(Environment.of(Map.of()), files.toFile(), transport(fault, shown), time);
            // A name of its own, since there is one look-up of a name at a time, whoever asks.
            String host = fault.below == Fault.Below.SILENT_DNS ? "silent.vault.azure.net" : "127.0.0.1";
            String url = (leg.tls ? "https" : "http") + "://" + host + ":" + port;
            AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                    .environment(Map.of())
                    .sources(List.of(leg.source(context, url, files, shown)))
                    .build();
            String blocking = check(leg, fault, "", provider::getAuthenticationResult);
            int asked = server.requests().size();
            provider.invalidate();
            String async = check(leg, fault, " async", request -> {
                try {
                    return provider.getAuthenticationResultAsync(request).join();
                } catch (CompletionException e) {
                    throw (TokenAcquisitionException) e.getCause();
                }
            });
            return (blocking + async).isEmpty() ? "" : blocking + async + " [" + asked + " requests]";
        }
    }

    private static SSLContext server(ClientCertificate certificate) {
        try {
            return TlsServer.context(certificate);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static SSLContext client(ClientCertificate certificate) {
        try {
            return TlsServer.trust(certificate);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private interface Call {
        AccessToken get(TokenRequest request);
    }

    private static String check(Leg leg, Fault fault, String how, Call call) {
        Duration deadline = fault.hangs() ? SHORT : LONG;
        long began = System.nanoTime();
        Result result;
        String message;
        try {
            AccessToken token = call.get(TokenRequest.forResource(RESOURCE).withDeadline(deadline));
            result = Result.TOKEN;
            message = token.toString();
        } catch (TokenAcquisitionException e) {
            result = Result.of(e);
            message = e + " " + e.getCause();
        }
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        StringBuilder wrong = new StringBuilder();
        if (result != fault.result(leg)) {
            wrong.append(" is ").append(result).append(", should be ").append(fault.result(leg));
        }
        if (message.contains(Fault.TOKEN_VALUE.substring(0, 24)) || leg.isShownIn(message)) {
            wrong.append(" shows a secret");
        }
        if (message.length() > 1_200) {
            wrong.append(" is long");
        }
        if (took.compareTo(deadline.plus(GRACE)) > 0) {
            wrong.append(" took ").append(took);
        }
        return wrong.isEmpty() ? "" : leg + " " + fault + how + wrong + ": " + message.replace('\n', '|') + "\n";
    }

    private FaultyServer server(Leg leg, Fault fault, ClientCertificate shown) throws Exception {
        FaultyServer.Fault served = connection -> {
            String before = leg.prelude(connection.request());
            if (before != null) {
                connection.sends(before);
            } else {
                fault.script.play(connection, leg);
            }
        };
        InetAddress here = InetAddress.getLoopbackAddress();
        if (fault.below == Fault.Below.DRIPPING_HANDSHAKE) {
            return new FaultyServer(connection -> {
                connection.sends("\u0016\u0003\u0003\u0001\u0000\u0002");
                connection.sendsForEver("\u0000", 50);
            });
        }
        if (!leg.tls) {
            return new FaultyServer(served);
        }
        ClientCertificate real = switch (fault.below) {
            case UNTRUSTED -> Certificates.otherRsa("CN=other");
            case WRONG_HOST -> Certificates.ec("CN=elsewhere");
            default -> shown;
        };
        return new FaultyServer(
                servers.computeIfAbsent(real, FaultMatrixIT::server)
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, here),
                served);
    }

    private HttpTransport transport(Fault fault, ClientCertificate shown) throws Exception {
        return new HttpTransport(
                Time.SYSTEM, Environment.of(Map.of()), null, clients.computeIfAbsent(shown, FaultMatrixIT::client)) {
            @Override
            public InetAddress[] lookUp(String host) throws UnknownHostException {
                if (fault.below == Fault.Below.SILENT_DNS) {
                    awaitTheEndOfTheLookUp();
                }
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            }
        };
    }

    /** The JDK's look-up is done when it is done, whoever waits. */
    private void awaitTheEndOfTheLookUp() throws UnknownHostException {
        try {
            dnsGivesUp.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        throw new UnknownHostException("x");
    }
}
