// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.emulator.fault.FaultPlan;
import io.podidentity.emulator.fault.FaultPlan.Server;
import io.podidentity.emulator.fault.Faults;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.testsupport.Client;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultsTest {

    private PodIdentityEmulator azure;

    @BeforeEach
    void start() {
        azure = PodIdentityEmulator.start();
    }

    @AfterEach
    void close() {
        azure.close();
    }

    @Test
    void imds_withFaultsInARow_givesThemAndThenTheRightAnswer() throws Exception {
        azure.faults().imds(2, Fault.status(410)).imds(Fault.status(429, "{}").header("Retry-After", "3"));

        assertThat(token().getResponseCode()).isEqualTo(410);
        assertThat(token().getResponseCode()).isEqualTo(410);
        HttpURLConnection throttled = token();
        assertThat(throttled.getResponseCode()).isEqualTo(429);
        assertThat(throttled.getHeaderField("Retry-After")).isEqualTo("3");
        assertThat(token().getResponseCode()).isEqualTo(200);
        assertThat(azure.requests()).extracting(RecordedRequest::status).containsExactly(410, 410, 429, 200);
    }

    @Test
    void imds_withAStandingFault_givesItUntilItIsCleared() throws Exception {
        azure.faults().imds(Fault.status(410)).imds(Fault.status(503).standing());

        assertThat(token().getResponseCode()).isEqualTo(410);
        assertThat(token().getResponseCode()).isEqualTo(503);
        assertThat(token().getResponseCode()).isEqualTo(503);
        azure.faults().clear();
        assertThat(token().getResponseCode()).isEqualTo(200);
    }

    @Test
    void imds_thatRefusesConnections_listensAgainWhenCleared() throws Exception {
        token().getResponseCode();
        azure.faults().imds(Fault.refused());

        assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> token().getResponseCode());
        azure.faults().clear();
        assertThat(token().getResponseCode()).isEqualTo(200);
    }

    @Test
    void imds_thatIsSilent_keepsItsClientWaiting() throws Exception {
        azure.faults().imds(Fault.silent());
        HttpURLConnection waiting = token();
        waiting.setReadTimeout(100);

        assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(waiting::getResponseCode);
        assertThat(token().getResponseCode()).isEqualTo(200);
    }

    @Test
    void imds_thatIsGone_hangsUpWithoutAByte() throws Exception {
        azure.faults().imds(Fault.gone().standing());

        assertThatExceptionOfType(SocketException.class)
                .isThrownBy(() -> token().getResponseCode())
                .withMessageContaining("Unexpected end of file");
    }

    @Test
    void nmi_whichHasAPortForEachPod_cannotRefuseConnections() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> azure.faults().nmi(Fault.refused()))
                .withMessageContaining("several ports");
    }

    @Test
    void imds_withGarbage_isNoJson() throws Exception {
        azure.faults().imds(Fault.garbage());
        try (InputStream body = token().getInputStream()) {
            assertThat(body.readAllBytes()).startsWith('<');
        }
    }

    @Test
    void imds_whenCut_endsBeforeTheAnnouncedLength() {
        azure.faults().imds(Fault.cut());
        // Not HttpURLConnection, which takes what came for all there is.
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Client.of(azure.sslContext()).get(azure.imds() + "/metadata/identity/oauth2/token"));
    }

    @Test
    void imds_whenEndless_goesOnUntilTheClientHangsUp() throws Exception {
        azure.faults().imds(Fault.endless());
        HttpURLConnection connection = token();
        try (InputStream body = connection.getInputStream()) {
            assertThat(body.readNBytes(4 << 20)).hasSize(4 << 20);
        } finally {
            connection.disconnect();
        }
    }

    @Test
    void imds_whenSlow_comesLate() throws Exception {
        azure.faults().imds(Fault.slow(Duration.ofMillis(300)));
        Instant before = Instant.now();
        assertThat(token().getResponseCode()).isEqualTo(200);
        assertThat(Duration.between(before, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void nmi_whenSlow_stillKeepsAPodWaitingThatAPolicyBlocks() throws Exception {
        Cluster blocked = Cluster.of(List.of(Pod.of("default", "app", Map.of()), withoutEgress("default")));
        try (var nmi = PodIdentityEmulator.builder()
                .profile(Profile.V1_5_4)
                .cluster(blocked)
                .start()) {
            nmi.faults().nmi(Fault.slow(Duration.ofMillis(1)));
            HttpURLConnection waiting = token(nmi.pod("app").imds());
            waiting.setReadTimeout(500);

            assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(waiting::getResponseCode);
            assertThat(nmi.requests()).extracting(RecordedRequest::reason).containsExactly("not before 3600 s");
        }
    }

    private static NetworkPolicy withoutEgress(String namespace) {
        return new NetworkPolicy(Metadata.of(namespace, "none"), Map.of(), List.of(), true, List.of());
    }

    @Test
    void after_onALateFault_makesItLater() {
        Fault silent = Fault.silent().after(Duration.ofSeconds(1));

        assertThat(silent).hasToString("silent");
        assertThat(delayOf(silent)).isGreaterThan(Duration.ofDays(1));
        assertThat(delayOf(Fault.slow(Duration.ofSeconds(2)).after(Duration.ofSeconds(1))))
                .isEqualTo(Duration.ofSeconds(3));
    }

    /** How late the fault makes an answer that comes at once. */
    private static Duration delayOf(Fault fault) {
        var plan = new FaultPlan();
        new Faults(plan).imds(fault);
        Request request = Request.of("GET", "/", Map.of());
        return plan.filter(Server.IMDS)
                .filter(request, any -> Answer.empty(200))
                .delay();
    }

    @Test
    void close_whileAnAnswerIsHeldBack_doesNotWaitForIt() throws Exception {
        azure.faults().imds(Fault.slow(Duration.ofHours(1)));
        HttpURLConnection connection = token();
        var caller =
                new Thread(() -> assertThatThrownBy(connection::getResponseCode).isInstanceOf(IOException.class));
        caller.start();
        while (azure.requests().isEmpty()) {
            Thread.onSpinWait();
        }
        azure.close();
        caller.join(Duration.ofSeconds(10).toMillis());
        assertThat(caller.isAlive()).isFalse();
    }

    @Test
    void clear_withFaultsLeft_forgetsThem() throws Exception {
        azure.faults().imds(5, Fault.status(500)).entra(Fault.status(500)).storage(Fault.status(500));
        azure.faults().clear();
        assertThat(token().getResponseCode()).isEqualTo(200);
    }

    @Test
    void header_onASlowAnswer_isRefused() {
        assertThatThrownBy(() -> Fault.slow(Duration.ZERO).header("a", "b")).isInstanceOf(IllegalStateException.class);
    }

    private HttpURLConnection token() throws IOException {
        return token(azure.imds());
    }

    private static HttpURLConnection token(URI imds) throws IOException {
        var connection = (HttpURLConnection) URI.create(imds
                        + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/")
                .toURL()
                .openConnection();
        connection.setRequestProperty("Metadata", "true");
        connection.setReadTimeout(10_000);
        return connection;
    }
}
