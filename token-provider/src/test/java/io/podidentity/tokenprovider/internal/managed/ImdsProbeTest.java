// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.internal.http.HttpRequest;
import io.podidentity.tokenprovider.internal.http.HttpResponse;
import io.podidentity.tokenprovider.internal.http.HttpTransport;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.FakeTransport;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImdsProbeTest {
    private final FakeTime time = new FakeTime();
    private final FakeTransport http = new FakeTransport();
    private ImdsProbe probe =
            new ImdsProbe(http, new ImdsEndpoint(new Environment(Map.of(), false, false, "/nowhere")), time);

    @Test
    void finding_whenRefusedForItsHeader_isCertain() throws Exception {
        http.answers(400, "");

        assertThat(probe.awaitFinding()).isEqualTo(new ImdsProbe.Finding(null, new HttpResponse(400, "", null)));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 302, 401, 403, 404, 410, 429, 500, 503})
    void finding_whenAnsweredOtherwise_isNotCertain(int status) throws Exception {
        http.answers(status, "");

        assertThat(probe.awaitFinding()).isEqualTo(new ImdsProbe.Finding(null, new HttpResponse(status, "", null)));
    }

    @Test
    void finding_whenNobodyAnswers_saysSo() throws Exception {
        http.fails(new ConnectException("refused"));

        assertThat(probe.awaitFinding())
                .isEqualTo(new ImdsProbe.Finding("nothing listens at http://169.254.169.254", null));
    }

    @Test
    void abandon_whileItIsAsked_endsTheWaitAndForgetsTheQuestion() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        probe = probe(() -> {
            asked.countDown();
            try {
                new CountDownLatch(1).await();
            } finally {
                ended.countDown();
            }
        });
        probe.begin();
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();

        probe.abandon();

        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void abandon_whileSomebodyWaits_letsTheQuestionGoOn() throws Exception {
        Thread caller = Thread.currentThread();
        probe = probe(() -> {
            while (caller.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            probe.abandon();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        });

        assertThat(probe.awaitFinding()).isEqualTo(new ImdsProbe.Finding(null, new HttpResponse(400, "", null)));
    }

    private interface Wait {
        void forAnswer() throws InterruptedException;
    }

    private ImdsProbe probe(Wait wait) {
        HttpTransport slow = new HttpTransport(Time.SYSTEM) {
            @Override
            public HttpResponse send(HttpRequest request) throws InterruptedException {
                wait.forAnswer();
                return new HttpResponse(400, "", null);
            }
        };
        return new ImdsProbe(slow, new ImdsEndpoint(new Environment(Map.of(), false, false, "/nowhere")), time);
    }

    @Test
    void finding_ofAYes_holdsForEver() throws Exception {
        http.answers(400, "").fails(new ConnectException("refused"));
        probe.awaitFinding();

        time.advance(Duration.ofDays(30));

        assertThat(probe.awaitFinding().isCertain()).isTrue();
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void finding_ofANo_holdsForThreeMinutes() throws Exception {
        http.fails(new ConnectException("refused")).answers(400, "");
        assertThat(probe.awaitFinding().absence()).isNotNull();

        time.advance(Duration.ofMinutes(3));
        assertThat(probe.awaitFinding().absence()).isNotNull();
        assertThat(http.requests()).hasSize(1);

        time.advance(Duration.ofMillis(1));
        assertThat(probe.awaitFinding()).isEqualTo(new ImdsProbe.Finding(null, new HttpResponse(400, "", null)));
        assertThat(http.requests()).hasSize(2);
    }

    @Test
    void begin_severalTimes_asksOnce() throws Exception {
        http.answers(400, "");

        probe.begin();
        probe.begin();
        probe.awaitFinding();
        probe.begin();

        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void begin_always_returnsBeforeTheAnswer() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        http.does(request -> {
            asked.countDown();
            await(mayAnswer);
            return new HttpResponse(400, "", null);
        });

        probe.begin();
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
        mayAnswer.countDown();

        assertThat(probe.awaitFinding().isCertain()).isTrue();
    }

    @Test
    void finding_whenTheTimeIsOverBeforeTheAnswer_isANoThatALateYesCorrects() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        http.does(request -> {
            await(mayAnswer);
            answered.countDown();
            return new HttpResponse(400, "", null);
        });
        probe.begin();
        time.advance(Duration.ofMillis(300));

        assertThat(probe.awaitFinding())
                .isEqualTo(new ImdsProbe.Finding("no answer from http://169.254.169.254 within 0.3 s", null));

        mayAnswer.countDown();
        assertThat(answered.await(10, TimeUnit.SECONDS)).isTrue();
        ThreadsOfOurs.awaitNone();
        assertThat(probe.awaitFinding().isCertain()).isTrue();
        assertThat(http.requests()).hasSize(1);
    }

    @Test
    void finding_whenInterrupted_ends() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        http.does(request -> {
            await(mayAnswer);
            return new HttpResponse(400, "", null);
        });
        probe.begin();
        Thread.currentThread().interrupt();

        assertThatThrownBy(probe::awaitFinding).isInstanceOf(InterruptedException.class);

        mayAnswer.countDown();
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
