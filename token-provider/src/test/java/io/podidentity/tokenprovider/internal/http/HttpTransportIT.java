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
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
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
            assertTimesOut(server.url());
        }
    }

    @Test
    void send_whenTheChunksTrickle_throwsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> connection
                .sends("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                .sendsForEver("1\r\nx\r\n", 50))) {
            assertTimesOut(server.url());
        }
    }

    @Test
    void send_whenTheBodyStops_throwsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> connection
                .sends("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
                .isSilent())) {
            assertTimesOut(server.url());
        }
    }

    @Test
    void send_whenTheHeaderTrickles_throwsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 200 OK\r\nX: ").sendsForEver("x", 50))) {
            assertTimesOut(server.url());
        }
    }

    @Test
    void send_whenTheStatusLineTrickles_throwsInTime() throws Exception {
        try (FaultyServer server =
                new FaultyServer(connection -> connection.sends("HTTP/1.1 200 ").sendsForEver("O", 50))) {
            assertTimesOut(server.url());
        }
    }

    @Test
    void send_whenInterimAnswersNeverEnd_throwsInTime() throws Exception {
        try (FaultyServer server =
                new FaultyServer(connection -> connection.sendsForEver("HTTP/1.1 100 Continue\r\n\r\n", 50))) {
            assertTimesOut(server.url());
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

    @Test
    void send_whenItFails_tellsNothingOfTheAnswer() throws Exception {
        try (FaultyServer server = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 s3cr3t\r\nContent-Length: s3cr3t\r\n\r\ns3cr3t"))) {
            IOException thrown = catchThrowableOfType(IOException.class, () -> send(server.url()));

            assertThat(thrown).isNotNull();
            assertThat(String.valueOf(thrown.getMessage())).doesNotContain("s3cr3t");
        }
    }

    private void assertTimesOut(String url) {
        long start = System.nanoTime();
        assertThatThrownBy(() -> send(url)).isInstanceOf(SocketTimeoutException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isBetween(Duration.ofMillis(LIMIT_MILLIS / 2), GENEROUS);
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
