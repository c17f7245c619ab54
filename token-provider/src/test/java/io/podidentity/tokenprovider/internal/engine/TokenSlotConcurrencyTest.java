// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.source.Anticipating;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Callers on threads of their own, held together by latches. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokenSlotConcurrencyTest {
    private static final String MORE =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#";

    private static final String RESOURCE = "https://storage.azure.com/";
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicReference<Thread> requestThread = new AtomicReference<>();
    private final CountDownLatch interrupted = new CountDownLatch(1);

    /** Answers when the test says so; notes when it is interrupted. */
    private final TokenSource source = request -> {
        requests.incrementAndGet();
        requestThread.set(Thread.currentThread());
        asked.countDown();
        try {
            answer.await();
        } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
        }
        return new TokenSource.Acquired(
                Tokens.accessToken(RESOURCE, new FakeTime().now().plusSeconds(3600)));
    };

    private final TokenSlot slot = new TokenSlot(
            TokenRequest.forResource(RESOURCE),
            new TokenSourceChain(List.of(source), new FakeTime(), null, false),
            new RequestExecutor(null, null),
            new FakeTime(),
            LIMIT);

    @Test
    void get_whenManyThreadsMissTogether_sendsOneRequestAndAllGetItsToken() throws InterruptedException {
        int callers = 200;
        CountDownLatch started = new CountDownLatch(callers);
        Queue<AccessToken> tokens = new ConcurrentLinkedQueue<>();
        Thread[] threads = new Thread[callers];
        for (int i = 0; i < callers; i++) {
            threads[i] = new Thread(() -> {
                started.countDown();
                tokens.add(slot.get(false, LIMIT).token);
            });
            threads[i].start();
        }
        started.await();
        answer.countDown();
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(tokens).hasSize(callers);
        assertThat(tokens.stream().distinct()).hasSize(1);
        assertThat(requests).hasValue(1);
    }

    @Test
    void get_whileTheFirstSourceTakesItsTime_letsLaterOnesFindOut() {
        TokenSlot slot = new TokenSlot(
                TokenRequest.forResource(RESOURCE),
                new TokenSourceChain(List.of(source, new Starter()), new FakeTime(), null, false),
                new RequestExecutor(null, null),
                new FakeTime(),
                LIMIT);

        assertThat(slot.get(false, LIMIT).token.source()).isEqualTo("fake");
    }

    @Test
    void get_whileAnotherCallerLooksAtTheAccount_returnsTheTokenAtOnce() throws InterruptedException {
        FakeTime time = new FakeTime();
        SlowAccount account = new SlowAccount();
        TokenSlot slot = new TokenSlot(
                TokenRequest.forResource(RESOURCE),
                new TokenSourceChain(List.of(account), time, null, false),
                new RequestExecutor(null, null),
                time,
                LIMIT);
        AccessToken token = slot.get(false, LIMIT).token;
        time.advance(Duration.ofSeconds(2));
        account.slow = true;
        Thread looking = new Thread(() -> slot.get(false, LIMIT));
        looking.start();
        asked.await();

        assertThat(slot.get(false, LIMIT).token).isSameAs(token);
        answer.countDown();
        looking.join();
    }

    /** Answers at once, and then takes its time to say who is signed in. */
    private final class SlowAccount implements TokenSource {
        private volatile boolean slow;

        @Override
        public Object account() {
            if (slow) {
                asked.countDown();
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            return 1;
        }

        @Override
        public Outcome acquire(TokenRequest request) {
            return new Acquired(Tokens.accessToken(RESOURCE, FakeTime.START.plusSeconds(3600)));
        }
    }

    /** Lets the first source answer when it hears that it may find out whether it applies. */
    private final class Starter implements TokenSource, Anticipating {
        @Override
        public void anticipate() {
            answer.countDown();
        }

        @Override
        public void abandon() {}

        @Override
        public Outcome acquire(TokenRequest request) {
            return new Unavailable("not here", "");
        }
    }

    @Test
    void get_whenTheLastCallerIsInterrupted_saysSoAndEndsTheRequest() throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                slot.get(false, LIMIT);
            } catch (TokenAcquisitionException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        caller.start();
        asked.await();

        caller.interrupt();
        caller.join();

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(((TokenAcquisitionException) thrown.get()).code()).isEqualTo(Code.INTERRUPTED);
        assertThat(flag).hasValue(true);
        assertThat(slot.state.isStale()).isTrue();
    }

    @Test
    void get_whenOneOfTwoCallersIsInterrupted_leavesTheRequestToTheOther() throws InterruptedException {
        AtomicReference<CachedToken> token = new AtomicReference<>();
        Thread patient = new Thread(() -> token.set(slot.get(false, LIMIT)));
        patient.start();
        asked.await();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> slot.get(false, LIMIT)).isInstanceOf(TokenAcquisitionException.class);
        assertThat(Thread.interrupted()).isTrue();
        answer.countDown();
        patient.join();

        assertThat(token.get()).isNotNull();
        assertThat(requests).hasValue(1);
        assertThat(interrupted.getCount()).isEqualTo(1);
    }

    @Test
    void get_whenOneCallerAfterTheOtherIsInterrupted_endsTheRequestWithTheLast() throws InterruptedException {
        Thread last = new Thread(
                () -> assertThatThrownBy(() -> slot.get(false, LIMIT)).isInstanceOf(TokenAcquisitionException.class));
        last.start();
        asked.await();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> slot.get(false, LIMIT)).isInstanceOf(TokenAcquisitionException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(interrupted.getCount()).isEqualTo(1);

        last.interrupt();

        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void get_whenTheDeadlinePasses_saysSoAndEndsTheRequest() throws InterruptedException {
        TokenSlot slot = new TokenSlot(
                TokenRequest.forResource(RESOURCE),
                new TokenSourceChain(List.of(source), Time.SYSTEM, null, false),
                new RequestExecutor(null, null),
                Time.SYSTEM,
                LIMIT);

        // On a busy machine 1 ms can pass before the source is asked at all.
        assertThatThrownBy(() -> slot.get(false, Duration.ofMillis(1)))
                .isInstanceOfSatisfying(TokenAcquisitionException.class, e -> {
                    assertThat(e.code()).isEqualTo(Code.TIMED_OUT);
                    assertThat(e.isTransient()).isTrue();
                })
                .hasMessageEndingWith("  More: " + MORE + "timed-out");

        ThreadsOfOurs.awaitNone();
    }

    @Test
    void request_afterItEnded_leavesNoThread() throws InterruptedException {
        answer.countDown();
        slot.get(false, LIMIT);

        requestThread.get().join();

        assertThat(requestThread.get().isDaemon()).isTrue();
        assertThat(requestThread.get().getName()).isEqualTo("token-provider");
    }
}
