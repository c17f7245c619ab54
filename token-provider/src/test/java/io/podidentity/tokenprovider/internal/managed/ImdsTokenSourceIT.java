// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.absent;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Outcome;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.TokenSource.Unavailable;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FaultyServer;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A metadata service over real sockets. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ImdsTokenSourceIT {
    private static final String PATH = "/metadata/identity/oauth2/token";
    private static final TokenRequest REQUEST =
            TokenRequest.forResource("https://storage.azure.com/").withDeadline(Duration.ofSeconds(20));
    private static final Duration GENEROUS = Duration.ofSeconds(10);
    private static final WireMockServer SERVER =
            new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

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

    @Test
    void acquire_fromAMetadataService_isTheToken() throws Exception {
        answersToken(aResponse().withBody(success()));

        AccessToken token = ((Acquired) source(SERVER.baseUrl(), false).acquire(REQUEST)).token();

        assertThat(token.value()).isEqualTo("opaque");
    }

    @Test
    void acquire_whenProbingAMetadataService_isTheToken() throws Exception {
        SERVER.stubFor(get(urlPathEqualTo(PATH))
                .withHeader("Metadata", absent())
                .willReturn(aResponse()
                        .withStatus(400)
                        .withBody("{\"error\":\"invalid_request\","
                                + "\"error_description\":\"Required metadata header not specified\"}")));
        answersToken(aResponse().withBody(success()));

        assertThat(source(SERVER.baseUrl(), true).acquire(REQUEST)).isInstanceOf(Acquired.class);
        assertThat(SERVER.getAllServeEvents()).hasSize(2);
    }

    @Test
    void acquire_whenItIsBusyOnce_asksAgain() throws Exception {
        FakeTime time = new FakeTime();
        answersToken(aResponse().withStatus(429).withHeader("Retry-After", "3"));

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> new ImdsTokenSource(
                                Contexts.of(environment(SERVER.baseUrl()), new HttpTransport(Time.SYSTEM), time),
                                false,
                                null)
                        .acquire(REQUEST.withDeadline(Duration.ofSeconds(5))));

        assertThat(failure.code()).isEqualTo(Code.SERVICE_UNAVAILABLE);
        assertThat(failure.retryAfter()).hasValue(Duration.ofSeconds(3));
        assertThat(time.sleeps()).containsExactly(Duration.ofSeconds(3));
    }

    @Test
    void acquire_whenRedirected_isRefused() {
        answersToken(aResponse().withStatus(302).withHeader("Location", "/elsewhere"));

        TokenAcquisitionException failure = catchThrowableOfType(
                TokenAcquisitionException.class,
                () -> source(SERVER.baseUrl(), false).acquire(REQUEST));

        assertThat(failure).hasMessage("HTTP 302");
        assertThat(SERVER.getAllServeEvents()).hasSize(1);
    }

    @Test
    void acquire_whenTheServiceIsSilent_saysSoInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(FaultyServer.Connection::isSilent)) {
            assertNoAnswerInTime(server.url(), false, "no answer from " + server.url() + " within 0.7 s");
        }
    }

    /** One byte is an answer: a service that trickles is there, and nobody may stand in for it. */
    @Test
    void acquire_whenTheServiceTricklesItsHeader_failsInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(
                connection -> connection.sends("HTTP/1.1 200 OK\r\nX: ").sendsForEver("x", 50))) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> source(server.url(), false).acquire(REQUEST.withDeadline(Duration.ofSeconds(1))))
                    .isInstanceOf(TokenAcquisitionException.class)
                    .hasMessage("no complete answer from " + server.url()
                            + " (the answer did not go on in time in the header). Try again in a minute.");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(GENEROUS);
        }
    }

    @Test
    void acquire_whenProbingASilentService_isUnavailableInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(FaultyServer.Connection::isSilent)) {
            assertNoAnswerInTime(server.url(), true, "no answer from " + server.url() + " within 0.3 s");
        }
    }

    @Test
    void acquire_whenProbingATricklingService_isUnavailableInTime() throws Exception {
        try (FaultyServer server = new FaultyServer(connection -> connection.sendsForEver("H", 50))) {
            long start = System.nanoTime();
            Outcome outcome = source(server.url(), true).acquire(REQUEST.withDeadline(Duration.ofSeconds(1)));

            // Whether the first byte comes within the 0.3 s of the probe depends on the machine.
            assertThat(outcome)
                    .isIn(
                            new Unavailable("no answer from " + server.url() + " within 0.3 s", ""),
                            new Unavailable(
                                    "no complete answer from " + server.url()
                                            + " (the answer did not go on in time in the status line)",
                                    ""));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(GENEROUS);
        }
    }

    @Test
    void acquire_whenProbingAClosedPort_isUnavailable() throws Exception {
        String url;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = "http://127.0.0.1:" + unused.getLocalPort();
        }

        assertThat(source(url, true).acquire(REQUEST)).isEqualTo(new Unavailable("nothing listens at " + url, ""));
    }

    @Test
    void anticipate_ofASilentService_doesNotHoldTheCaller() throws Exception {
        try (FaultyServer server = new FaultyServer(FaultyServer.Connection::isSilent)) {
            ImdsTokenSource source = source(server.url(), true);
            source.anticipate();

            assertThat(source.acquire(REQUEST)).isInstanceOf(Unavailable.class);
            assertThat(source.acquire(REQUEST)).isInstanceOf(Unavailable.class);
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    private static void assertNoAnswerInTime(String url, boolean probing, String reason) throws Exception {
        long start = System.nanoTime();
        Outcome outcome = source(url, probing).acquire(REQUEST.withDeadline(Duration.ofSeconds(1)));

        assertThat(outcome)
                .isEqualTo(
                        probing
                                ? new Unavailable(reason, "")
                                : new Silent(reason, "Correct or unset AZURE_POD_IDENTITY_AUTHORITY_HOST."));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(GENEROUS);
    }

    private static void answersToken(ResponseDefinitionBuilder answer) {
        SERVER.stubFor(get(urlPathEqualTo(PATH))
                .withHeader("Metadata", equalTo("true"))
                .willReturn(answer));
    }

    private static ImdsTokenSource source(String url, boolean probing) {
        return new ImdsTokenSource(
                Contexts.of(environment(url), new HttpTransport(Time.SYSTEM), Time.SYSTEM), probing, null);
    }

    private static Environment environment(String url) {
        return new Environment(Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", url), false, false, "/nowhere");
    }

    private static String success() {
        return "{\"access_token\":\"opaque\",\"expires_in\":\"3600\",\"token_type\":\"Bearer\"}";
    }
}
