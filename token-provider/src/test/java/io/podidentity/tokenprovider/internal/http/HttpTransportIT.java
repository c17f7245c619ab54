// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Certificates;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.TlsServer;
import io.podidentity.tokenprovider.support.TrustingManager;
import java.io.IOException;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.CookieHandler;
import java.net.CookieManager;
import java.net.InetAddress;
import java.net.PasswordAuthentication;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets, with servers good and bad. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HttpTransportIT {
    private static final int LIMIT_MILLIS = 700;
    /** How long a call of that limit may take here, where other builds run too. */
    private static final Duration GENEROUS = Duration.ofSeconds(10);

    private static final WireMockServer SERVER =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

    private final HttpTransport transport = new HttpTransport(Time.SYSTEM);

    @BeforeAll
    static void startServer() {
        SERVER.start();
    }

    @AfterAll
    static void stopServer() {
        SERVER.stop();
    }

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        SERVER.resetAll();
        ThreadsOfOurs.awaitNone();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 400, 401, 403, 404, 405, 410, 429, 500, 503, 599})
    void send_whateverTheStatus_readsItWithItsBody(int status) throws Exception {
        answers(aResponse().withStatus(status).withBody("b\u00f6dy"));

        assertThat(send()).isEqualTo(new HttpResponse(status, "b\u00f6dy", null));
    }

    @Test
    void send_whenThereIsNoBody_readsAnEmptyOne() throws Exception {
        answers(aResponse().withStatus(204));
        assertThat(send()).isEqualTo(new HttpResponse(204, "", null));

        answers(aResponse().withStatus(500));
        assertThat(send()).isEqualTo(new HttpResponse(500, "", null));
    }

    @Test
    void send_whenTheServerNamesAWait_readsIt() throws Exception {
        answers(aResponse().withStatus(429).withHeader("retry-after", "7"));

        assertThat(send().retryAfter()).isEqualTo("7");
    }

    @Test
    void send_whenThereIsAForm_postsItOnce() throws Exception {
        answers(aResponse().withStatus(401).withHeader("WWW-Authenticate", "Basic realm=x"));

        HttpResponse response = transport.send(HttpRequest.toHost(SERVER.baseUrl() + "/p", 20_000, 20_000)
                .withHeader("A", "1")
                .withHeader("B", "2")
                .withForm("a=b%26c"));

        LoggedRequest request = SERVER.getAllServeEvents().get(0).getRequest();
        assertThat(SERVER.getAllServeEvents()).hasSize(1);
        assertThat(request.getMethod().getName()).isEqualTo("POST");
        assertThat(request.getBodyAsString()).isEqualTo("a=b%26c");
        assertThat(request.getHeader("Content-Type")).isEqualTo("application/x-www-form-urlencoded");
        assertThat(request.getHeader("A") + request.getHeader("B")).isEqualTo("12");
        assertThat(response.challenge()).isEqualTo("Basic realm=x");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void send_whenRedirected_doesNotFollow(int status) throws Exception {
        answers(aResponse()
                .withStatus(status)
                .withHeader("Location", "/elsewhere")
                .withBody("moved"));

        assertThat(send()).isEqualTo(new HttpResponse(status, "moved", null));
        assertThat(SERVER.getAllServeEvents()).hasSize(1);
    }

    @Test
    void send_whenTheBodyIsChunked_joinsIt() throws Exception {
        answers(aResponse().withBody("x".repeat(10_000)).withChunkedDribbleDelay(5, 50));

        assertThat(send().body()).isEqualTo("x".repeat(10_000));
    }

    @Test
    void send_always_sendsOneGetWithOneHeaderOfOurs() throws Exception {
        answers(aResponse());

        transport.send(HttpRequest.toHost(SERVER.baseUrl() + "/p?a=b%26c", 20_000, 20_000)
                .withHeader("Metadata", "true"));

        LoggedRequest request = SERVER.getAllServeEvents().get(0).getRequest();
        assertThat(request.getMethod().getName()).isEqualTo("GET");
        assertThat(request.getUrl()).isEqualTo("/p?a=b%26c");
        assertThat(request.getHeader("Metadata")).isEqualTo("true");
        assertThat(request.getHeader("Connection")).isEqualTo("close");
        assertThat(request.getHeaders().keys())
                .containsExactlyInAnyOrder("Metadata", "Connection", "Accept", "Host", "User-Agent");
    }

    @Test
    void send_withoutAHeader_sendsNone() throws Exception {
        answers(aResponse());

        send();

        LoggedRequest request = SERVER.getAllServeEvents().get(0).getRequest();
        assertThat(request.containsHeader("Metadata")).isFalse();
        assertThat(request.containsHeader("Accept-Encoding")).isFalse();
    }

    @Test
    void send_whenAProxyIsSet_goesPastIt() throws Exception {
        answers(aResponse().withBody("direct"));
        String[] names = {"http.proxyHost", "http.proxyPort", "http.nonProxyHosts", "socksProxyHost", "socksProxyPort"};
        try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(proxy.getLocalPort());
            System.setProperty(names[0], "127.0.0.1");
            System.setProperty(names[1], port);
            System.setProperty(names[2], "");
            System.setProperty(names[3], "127.0.0.1");
            System.setProperty(names[4], port);

            assertThat(send().body()).isEqualTo("direct");
        } finally {
            for (String name : names) {
                System.clearProperty(name);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE", "CONNECTION_RESET_BY_PEER"})
    void send_whenTheConnectionBreaks_throws(Fault fault) {
        answers(aResponse().withFault(fault));

        assertThatThrownBy(this::send).isInstanceOf(IOException.class);
    }

    @Test
    void send_whenTheAnswerIsSlow_throwsInTime() {
        answers(aResponse().withFixedDelay(20_000));

        assertTimesOut(SERVER.baseUrl() + "/p");
    }

    @Test
    void send_whenNobodyListens_throws() throws IOException {
        String url;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + unused.getLocalPort();
        }

        assertThatThrownBy(() -> send(url)).isInstanceOf(ConnectException.class);
    }

    @Test
    void send_whenTheServerIsSilent_throwsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(FaultyServer.Connection::isSilent)) {
            assertTimesOut(server.url());
        }
    }

    @Test
    void send_whenTheServerNeverAccepts_throwsInTime() throws Exception {
        // The kernel completes the connection; nobody reads from it.
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertTimesOut("http://127.0.0.1:" + server.getLocalPort());
        }
    }

    @Test
    void send_whenTheServerHangsUp_throws() throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> {})) {
            assertThatThrownBy(() -> send(server.url())).isInstanceOf(IOException.class);
            assertThat(server.connections()).isLessThanOrEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008",
                "{}",
                "\r\n\r\n"
            })
    void send_whenTheAnswerIsNotHttp_throws(String garbage) throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> connection.sends(garbage))) {
            assertThatThrownBy(() -> send(server.url())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void send_whenTheAnswerIsCutShort_throws() throws Exception {
        try (FaultyServer server = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access"))) {
            assertThatThrownBy(() -> send(server.url())).isInstanceOf(IOException.class);
        }
    }

    @Test
    void send_whenTheBodyNeverEnds_throws() throws Exception {
        try (FaultyServer server = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 200 OK\r\n\r\n").sendsForEver("x".repeat(10_000), 0))) {
            IOException thrown = catchThrowableOfType(
                    IOException.class, () -> transport.send(HttpRequest.toHost(server.url(), 20_000, 20_000)));

            assertThat(thrown).hasMessage("the answer is longer than 256 kB");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 500})
    void send_whenTheBodyTrickles_throwsInTime(int status) throws Exception {
        try (FaultyServer server = new FaultyServer(connection ->
                connection.sends("HTTP/1.1 " + status + " Odd\r\n\r\n").sendsForEver("x", 50))) {
            assertStops(server.url());
        }
    }

    @Test
    void send_whenTheChunksTrickle_throwsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> connection
                .sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                .sendsForEver("1\r\nx\r\n", 50))) {
            assertStops(server.url());
        }
    }

    @Test
    void send_whenTheBodyStops_throwsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> connection
                .sends("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                .isSilent())) {
            assertStops(server.url());
        }
    }

    @Test
    void send_whenTheHeaderTrickles_throwsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 200 OK\r\nX: ").sendsForEver("x", 50))) {
            assertStops(server.url());
        }
    }

    @Test
    void send_whenTheStatusLineTrickles_throwsInTime() throws Exception {
        try (FaultyServer server =
                new FaultyServer(connection -> connection.sends("HTTP/1.1 200 ").sendsForEver("O", 50))) {
            assertStops(server.url());
        }
    }

    @Test
    void send_whenInterimAnswersNeverEnd_throwsInTime() throws Exception {
        try (FaultyServer server =
                new FaultyServer(connection -> connection.sendsForEver("HTTP/1.1 100 Continue\r\n\r\n", 50))) {
            assertStops(server.url());
        }
    }

    @Test
    void send_whenTheHeaderNeverEnds_throwsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(connection ->
                connection.sends("HTTP/1.1 200 OK\r\n").sendsForEver("X-Filler: " + "x".repeat(5_000) + "\r\n", 0))) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> send(server.url())).isInstanceOf(IOException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(GENEROUS);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 407, 500})
    void send_ofAForm_whateverTheStatus_readsTheBody(int status) throws Exception {
        answers(aResponse().withStatus(status).withBody("because"));

        assertThat(transport.send(HttpRequest.toHost(SERVER.baseUrl() + "/p", 20_000, 20_000)
                        .withForm("a=b")))
                .isEqualTo(new HttpResponse(status, "because", null));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 3\r\n\r\nabc",
                "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n",
                "transfer-encoding:Chunked\n\n3\nabc\n0\n\n",
                "Content-Length: 6\r\n\r\n\u00ef\u00bb\u00bfabc"
            })
    void send_whenTheAnswerIsWhole_doesNotWaitForTheEndOfTheConnection(String answer) throws Exception {
        String text = "HTTP/1.1 200 OK\r\n" + answer;
        try (FaultyServer server =
                new FaultyServer(connection -> connection.sends(text).isSilent())) {
            assertThat(transport
                            .send(HttpRequest.toHost(server.url(), 20_000, Integer.MAX_VALUE))
                            .body())
                    .isEqualTo("abc");
        }
        try (FaultyServer server = overTls(connection -> connection.sends(text).isSilent())) {
            assertThat(transport.send(secure(server, Integer.MAX_VALUE)).body()).isEqualTo("abc");
        }
    }

    @Test
    void send_whenInterimAnswersComeFirst_readsTheOneAfterThem() throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> connection.sends("HTTP/1.1 100 Continue\r\n\r\n"
                + "HTTP/1.1 103 Early Hints\r\nLink: x\r\nContent-Length: 99\r\n\r\n"
                + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))) {
            assertThat(send(server.url()).body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Le",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
                "HTTP/1.1 20",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "HTTP/1.1 200 OK\r\nContent-Length: +3\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\n\r\n",
                "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 700 Odd\r\nContent-Length: 0\r\n\r\n",
            })
    void send_whenTheAnswerIsCutOrBroken_throws(String answer) throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> connection.sends(answer))) {
            assertThatThrownBy(() -> send(server.url())).isInstanceOf(BrokenAnswerException.class);
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @Test
    void send_whenTrailersOrExtensionsNeverEnd_throws() throws Exception {
        String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (String start : new String[] {head + "0\r\n", head + "1;"}) {
            try (FaultyServer server = new FaultyServer(
                    connection -> connection.sends(start).sendsForEver("X: yyyyyyyyyyyyyyy\r\n".repeat(10), 0))) {
                assertThatThrownBy(() -> send(server.url())).isInstanceOf(IOException.class);
            }
        }
        try (FaultyServer server =
                new FaultyServer(connection -> connection.sends(head + "0\r\n").sendsForEver("X: y\r\n", 50))) {
            assertStops(server.url());
        }
    }

    @Test
    void send_whenAHeaderIsEmpty_readsItAsThat() throws Exception {
        try (FaultyServer server = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 401 No\r\nWWW-Authenticate:\r\nContent-Length: 0\r\n\r\n"))) {
            assertThat(send(server.url()).challenge()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u0016\u0003\u0003@\u0000"})
    void send_whenAHandshakeIsSilentOrTrickles_throwsInTime(String start) throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> {
            connection.sends(start);
            if (start.isEmpty()) {
                connection.isSilent();
            }
            connection.sendsForEver("\u0002", 50);
        })) {
            assertTimesOut(server.url().replace("http:", "https:"));
        }
    }

    @Test
    void send_whenTheServerDoesNotReadALargeForm_throwsInTime() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            HttpRequest request = HttpRequest.toHost(
                            "http://127.0.0.1:" + server.getLocalPort(), LIMIT_MILLIS, LIMIT_MILLIS)
                    .withForm("a".repeat(120_000));

            assertThatThrownBy(() -> transport.send(request)).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void send_ofAHeaderThatNoneIs_sendsNothing() throws Exception {
        try (FaultyServer server = new FaultyServer(FaultyServer.Connection::isSilent)) {
            HttpRequest request = HttpRequest.toHost(server.url(), LIMIT_MILLIS, LIMIT_MILLIS)
                    .withHeader("Authorization", "s3cr3t\r\nX: y");

            assertThatThrownBy(() -> transport.send(request))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the header Authorization has a character that no header takes");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void send_toTwoAddresses_takesTheOneThatAnswers() throws Exception {
        answers(aResponse().withBody("here"));
        HttpTransport two = names(host -> new InetAddress[] {
            InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), InetAddress.getByAddress(new byte[] {127, 0, 0, 1})
        });

        assertThat(two.send(HttpRequest.toHost("http://two_addresses:" + SERVER.port() + "/p", 20_000, 20_000))
                        .body())
                .isEqualTo("here");
        assertThat(SERVER.getAllServeEvents().get(0).getRequest().getHeader("Host"))
                .isEqualTo("two_addresses:" + SERVER.port());
    }

    @Test
    void send_whenTheNameServerIsSilent_throwsInTimeAndLeavesOneThreadUntilItSpeaks() throws Exception {
        CountDownLatch speaks = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        HttpTransport silent = names(host -> {
            asked.incrementAndGet();
            awaitUninterrupted(speaks);
            throw new UnknownHostException(host);
        });
        HttpRequest request = HttpRequest.toHost("http://silent.example/", LIMIT_MILLIS, LIMIT_MILLIS);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> silent.send(request)).isInstanceOf(SocketTimeoutException.class);
        }

        assertThat(asked).hasValue(1);
        speaks.countDown();
        ThreadsOfOurs.awaitNone();
        assertThatThrownBy(() -> silent.send(request)).isInstanceOf(UnknownHostException.class);
    }

    @Test
    void send_whenInterrupted_endsAtOnceWhateverItWaitsFor() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        try (FaultyServer silent = new FaultyServer(FaultyServer.Connection::isSilent);
                ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            List<Socket> queue = fill(full);
            assertEndsWhenInterrupted(transport, silent.url());
            assertEndsWhenInterrupted(transport, silent.url().replace("http:", "https:"));
            assertEndsWhenInterrupted(transport, "http://127.0.0.1:" + full.getLocalPort());
            assertEndsWhenInterrupted(
                    names(host -> {
                        awaitUninterrupted(never);
                        return new InetAddress[0];
                    }),
                    "http://no.example/");
            never.countDown();
            for (Socket socket : queue) {
                socket.close();
            }
        }
    }

    private static void assertEndsWhenInterrupted(HttpTransport transport, String url) throws Exception {
        FutureTask<HttpResponse> sent =
                new FutureTask<>(() -> transport.send(HttpRequest.toHost(url, 600_000, 600_000)));
        Thread thread = new Thread(sent, "sender");
        thread.start();
        while (!isWaiting(thread)) {
            Thread.onSpinWait();
        }

        thread.interrupt();

        assertThatThrownBy(() -> sent.get(20, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
    }

    /** Whether it waits for the network or a name, as its stack shows. */
    private static boolean isWaiting(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            String method = frame.getClassName() + "." + frame.getMethodName();
            if (method.startsWith("sun.nio.ch.Net.poll") || method.endsWith("CountDownLatch.await")) {
                return true;
            }
        }
        return false;
    }

    /** Connects until nothing is accepted any more. */
    private static List<Socket> fill(ServerSocket server) throws IOException {
        List<Socket> queue = new ArrayList<>();
        while (queue.size() < 10) {
            Socket socket = new Socket();
            queue.add(socket);
            try {
                socket.connect(server.getLocalSocketAddress(), 300);
            } catch (SocketTimeoutException e) {
                break;
            }
        }
        return queue;
    }

    @Test
    void send_whateverTheProcessTrustsByDefault_sendsAnImpostorNothing() throws Exception {
        SSLSocketFactory sockets = HttpsURLConnection.getDefaultSSLSocketFactory();
        HostnameVerifier names = HttpsURLConnection.getDefaultHostnameVerifier();
        SSLContext context = SSLContext.getDefault();
        SSLContext trusting = SSLContext.getInstance("TLS");
        trusting.init(null, new TrustManager[] {new TrustingManager()}, null);
        try (TlsServer impostor = server()) {
            HttpsURLConnection.setDefaultSSLSocketFactory(trusting.getSocketFactory());
            HttpsURLConnection.setDefaultHostnameVerifier((host, session) -> true);
            SSLContext.setDefault(trusting);

            assertThatThrownBy(() -> transport.send(HttpRequest.toNetwork(impostor.url(), 20_000, 20_000)
                            .withForm("client_secret=s3cr3t")))
                    .isInstanceOf(SSLException.class)
                    .hasCauseInstanceOf(CertificateException.class);
            assertThat(impostor.paths()).isEmpty();
        } finally {
            HttpsURLConnection.setDefaultSSLSocketFactory(sockets);
            HttpsURLConnection.setDefaultHostnameVerifier(names);
            SSLContext.setDefault(context);
        }
    }

    @Test
    void send_toAServerOfAnotherName_sendsNothing() throws Exception {
        try (TlsServer server = server()) {
            HttpRequest request = HttpRequest.toHost("https://another.example:" + server.port(), 20_000, 20_000)
                    .withForm("client_secret=s3cr3t");
            assertThatThrownBy(() -> server.transport().send(request)).hasCauseInstanceOf(CertificateException.class);
            assertThat(server.paths()).isEmpty();
        }
    }

    @Test
    void send_withAPinThatCannotBeSet_sendsNothing() throws Exception {
        try (FaultyServer server = new FaultyServer(FaultyServer.Connection::isSilent)) {
            ServerTrust pin = new ServerTrust(SSLContext.getDefault().getSocketFactory(), null, true);

            assertThatThrownBy(() -> transport.send(HttpRequest.toHost(server.url(), LIMIT_MILLIS, LIMIT_MILLIS)
                            .withTls(pin)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("the address is not https, so that its server cannot be known");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void send_whateverPasswordsAndCookiesTheProcessHas_sendsAndKeepsNone() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        CookieManager cookies = new CookieManager();
        Authenticator.setDefault(new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                asked.incrementAndGet();
                return new PasswordAuthentication("user", "s3cr3t".toCharArray());
            }
        });
        CookieHandler.setDefault(cookies);
        try (FaultyServer server = new FaultyServer(connection -> connection.sends("HTTP/1.1 401 No\r\n"
                + "WWW-Authenticate: Basic realm=x\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n"))) {
            cookies.put(URI.create(server.url()), Map.of("Set-Cookie", List.of("own=secret")));

            send(server.url());

            assertThat(server.requests()).hasSize(1);
            assertThat(server.requests().get(0)).doesNotContain("Cookie", "Authorization");
            assertThat(cookies.getCookieStore().getCookies()).hasSize(1);
            assertThat(asked).hasValue(0);
        } finally {
            Authenticator.setDefault(null);
            CookieHandler.setDefault(null);
        }
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // As a resolver does, it goes on.
            }
        }
    }

    private static TlsServer server() throws Exception {
        return new TlsServer(
                Certificates.server(Certificates.FROM, Certificates.UNTIL),
                (path, form) -> new HttpResponse(200, "", null));
    }

    private interface Names {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    private static HttpTransport names(Names names) {
        return new HttpTransport(Time.SYSTEM) {
            @Override
            public InetAddress[] lookUp(String host) throws UnknownHostException {
                return names.of(host);
            }
        };
    }

    private static FaultyServer overTls(FaultyServer.Fault fault) throws Exception {
        return new FaultyServer(
                TlsServer.context(Certificates.server(Certificates.FROM, Certificates.UNTIL))
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress()),
                fault);
    }

    private static HttpRequest secure(FaultyServer server, int limitMillis) throws Exception {
        SSLContext trust = TlsServer.trust(Certificates.server(Certificates.FROM, Certificates.UNTIL));
        return HttpRequest.toHost("https://127.0.0.1:" + server.port() + "/p", 20_000, limitMillis)
                .withTls(new ServerTrust(trust.getSocketFactory(), null, false));
    }

    @Test
    void send_whenItFails_tellsNothingOfTheAnswer() throws Exception {
        try (FaultyServer server = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 s3cr3t\r\nContent-Length: s3cr3t\r\n\r\ns3cr3t"))) {
            IOException thrown = catchThrowableOfType(IOException.class, () -> send(server.url()));

            assertThat(thrown).isNotNull();
            assertThat(String.valueOf(thrown.getMessage())).doesNotContain("s3cr3t");
        }
    }

    /** That a server which says nothing is left in time. */
    private void assertTimesOut(String url) {
        assertThat(failureInTime(url)).isInstanceOf(SocketTimeoutException.class);
    }

    /** That an answer which began and does not end is left in time, and told from silence. */
    private void assertStops(String url) {
        assertThat(failureInTime(url))
                .isInstanceOf(BrokenAnswerException.class)
                .hasMessageStartingWith("the answer did not go on in time in the ");
    }

    private IOException failureInTime(String url) {
        long start = System.nanoTime();
        IOException thrown = catchThrowableOfType(IOException.class, () -> send(url));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(LIMIT_MILLIS / 2), GENEROUS);
        return thrown;
    }

    private static void answers(ResponseDefinitionBuilder answer) {
        SERVER.stubFor(any(anyUrl()).willReturn(answer));
    }

    private HttpResponse send() throws IOException, InterruptedException {
        return transport.send(HttpRequest.toHost(SERVER.baseUrl() + "/p", 20_000, 20_000));
    }

    private HttpResponse send(String url) throws IOException, InterruptedException {
        return transport.send(HttpRequest.toHost(url, LIMIT_MILLIS, LIMIT_MILLIS));
    }
}
