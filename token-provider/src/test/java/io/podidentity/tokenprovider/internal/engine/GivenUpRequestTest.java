// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import io.podidentity.tokenprovider.support.ScriptedSource;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.Tokens;
import java.nio.channels.spi.AbstractInterruptibleChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is given up ends, and takes nobody else with it. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GivenUpRequestTest {
    private static final TokenRequest REQUEST = TokenRequest.forResource("https://storage.azure.com/");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HASTE = Duration.ofMillis(500);

    /** Nobody waits for a refresh, so nobody would ever end it. */
    @Test
    void invalidate_whileRefreshesHang_leavesNoThread() throws InterruptedException {
        Semaphore asked = new Semaphore(0);
        AtomicInteger calls = new AtomicInteger();
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> {
                    if (calls.incrementAndGet() % 2 == 0) {
                        asked.release();
                        new CountDownLatch(1).await();
                    }
                    Instant later = Instant.now().plusSeconds(3600);
                    return new TokenSource.Acquired(
                            Tokens.accessToken(request.resource(), later).withRefreshOn(Instant.EPOCH));
                }))
                .build();

        for (int i = 0; i < 60; i++) {
            assertThat(provider.getAccessToken(REQUEST)).isNotEmpty();
            assertThat(provider.getAccessToken(REQUEST)).isNotEmpty();
            asked.acquire();
            provider.invalidate();
        }

        ThreadsOfOurs.awaitNone();
    }

    /** Refreshes whose sources pay no heed to an interrupt are counted, however they were given up. */
    @Test
    void invalidate_whileRefreshesHangForGood_beginsNoMoreThanMayHang() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        Semaphore asked = new Semaphore(0);
        AtomicInteger hanging = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> {
                    if (calls.incrementAndGet() % 2 == 0) {
                        hanging.incrementAndGet();
                        asked.release();
                        awaitQuietly(end);
                    }
                    Instant later = Instant.now().plusSeconds(3600);
                    return new TokenSource.Acquired(
                            Tokens.accessToken(request.resource(), later).withRefreshOn(Instant.EPOCH));
                }))
                .build();
        try {
            for (int i = 0; i < SlotState.MAX_GIVEN_UP; i++) {
                assertThat(provider.getAccessToken(REQUEST)).isNotEmpty();
                assertThat(provider.getAccessToken(REQUEST)).isNotEmpty();
                asked.acquire();
                provider.invalidate();
            }

            assertThatThrownBy(() -> provider.getAccessToken(REQUEST))
                    .hasMessageContaining("16 earlier requests were given up and still hang");
            assertThat(hanging).hasValue(SlotState.MAX_GIVEN_UP);
        } finally {
            end.countDown();
        }
        ThreadsOfOurs.awaitNone();
    }

    /** Code that is not the library's runs on whoever interrupts: that which closes the channel of the source. */
    @Test
    void cancel_ofASourceAtAChannel_closesItWithoutTheLock() throws InterruptedException {
        Channel channel = new Channel();
        TokenSlot slot = new TokenSlot(
                REQUEST,
                new TokenSourceChain(List.of(request -> channel.block()), Time.SYSTEM, null, false),
                new RequestExecutor(null, null),
                Time.SYSTEM,
                LIMIT);
        channel.onClose = () -> CompletableFuture.supplyAsync(slot.state::isStale)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
        CompletableFuture<CachedToken> future = slot.getAsync(false, LIMIT, Function.identity());
        channel.waits.await();

        future.cancel(true);

        assertThat(channel.closed.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(channel.thrown).hasValue(null);
        ThreadsOfOurs.awaitNone();
    }

    private static final class Channel extends AbstractInterruptibleChannel {
        private final CountDownLatch waits = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private final AtomicReference<Throwable> thrown = new AtomicReference<>();
        private volatile Runnable onClose = () -> {};

        TokenSource.Outcome block() throws InterruptedException {
            begin();
            waits.countDown();
            closed.await();
            return new TokenSource.Unavailable("closed", "");
        }

        @Override
        protected void implCloseChannel() {
            try {
                onClose.run();
            } catch (Throwable e) {
                thrown.set(e);
            }
            closed.countDown();
        }
    }

    /** The interrupt is for the request: the next work of the same thread of a program's executor does not see it. */
    @Test
    void cancel_ofARequestOnAProgramsThread_leavesThatThreadUninterrupted() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        AtomicReference<Boolean> flag = new AtomicReference<>();
        CountDownLatch after = new CountDownLatch(1);
        Executor program = work -> new Thread(() -> {
                    work.run();
                    flag.compareAndSet(null, Thread.currentThread().isInterrupted());
                    after.countDown();
                })
                .start();
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> {
                    asked.countDown();
                    new CountDownLatch(1).await();
                    return new TokenSource.Unavailable("", "");
                }))
                .executor(program)
                .build();
        CompletableFuture<String> future = provider.getAccessTokenAsync(REQUEST);
        asked.await();

        future.cancel(true);

        assertThat(after.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(flag).hasValue(false);
    }

    /**
     * At each look at the clock, and so at each step: whoever cancels while the request before is failing wants no
     * other one.
     */
    @Test
    void cancel_whileTheRequestBeforeFails_beginsNoOther() throws InterruptedException {
        boolean sprung = true;
        for (int look = 1; sprung; look++) {
            Trap time = new Trap(look);
            ManualExecutor executor = new ManualExecutor();
            AtomicInteger calls = new AtomicInteger();
            TokenSource source = request -> {
                calls.incrementAndGet();
                return new TokenSource.Unavailable("nobody answers", "");
            };
            TokenSlot slot = new TokenSlot(
                    REQUEST, new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);
            CompletableFuture<CachedToken> hasty = slot.getAsync(false, HASTE, Function.identity());
            CompletableFuture<CachedToken> patient = slot.getAsync(false, LIMIT, Function.identity());
            // By another thread, as a caller is that cancels: its own lock is not held by this one.
            List<Thread> cancelling = new ArrayList<>();
            time.springs(() -> cancelling.add(cancel(patient)));

            executor.runNext();
            sprung = time.hasSprung();
            time.springs(null);
            for (Thread thread : cancelling) {
                thread.join();
            }
            while (executor.waiting() > 0) {
                executor.runNext();
            }

            assertThat(hasty).isCompletedExceptionally();
            assertThat(patient).isDone();
            assertThat(calls.get()).as("requests, cancelled at look %d", look).isEqualTo(sprung ? 1 : 2);
        }
    }

    private static Thread cancel(CompletableFuture<?> future) {
        Thread caller = new Thread(() -> future.cancel(true));
        caller.start();
        // It may have to wait for the lock that the thread which looks at the clock holds.
        while (!future.isDone()) {
            Thread.onSpinWait();
        }
        return caller;
    }

    /** Does something once, at the k-th look at a clock after it was set. */
    private static final class Trap extends Time {
        private final FakeTime time = new FakeTime();
        private int looks;
        private Runnable deed;

        Trap(int looks) {
            this.looks = looks;
        }

        void springs(Runnable what) {
            deed = what;
        }

        boolean hasSprung() {
            return looks <= 0;
        }

        @Override
        public long nanos() {
            Runnable what = deed;
            if (what != null && --looks == 0) {
                what.run();
            }
            return time.nanos();
        }

        @Override
        public long millis() {
            return time.millis();
        }

        @Override
        public void wake(long nanos, Runnable alarm) {
            time.wake(nanos, alarm);
        }

        @Override
        public void forget(Runnable alarm) {
            time.forget(alarm);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void get_whenOneOwnerLacksMemory_tellsThoseBehind(boolean hasThreads) {
        FakeTime time = new FakeTime();
        ScriptedSource source = new ScriptedSource("fake", time);
        Thread.UncaughtExceptionHandler before = Thread.currentThread().getUncaughtExceptionHandler();
        List<Throwable> uncaught = new ArrayList<>();
        List<Runnable> requests = new ArrayList<>();
        Executor executor = task -> {
            if (task instanceof InFlightRequest) {
                requests.add(task);
            } else if (hasThreads) {
                task.run();
            } else {
                throw new OutOfMemoryError("unable to create native thread");
            }
        };
        TokenSlot slot =
                new TokenSlot(REQUEST, new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);
        List<CompletableFuture<Object>> futures = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            boolean lacks = i % 3 == 0;
            futures.add(slot.getAsync(false, LIMIT, token -> {
                if (lacks) {
                    throw new OutOfMemoryError("on purpose");
                }
                return token;
            }));
        }
        Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> uncaught.add(e));
        try {
            requests.get(0).run();
        } finally {
            Thread.currentThread().setUncaughtExceptionHandler(before);
        }

        assertThat(futures.stream().filter(CompletableFuture::isDone)).hasSize(6);
        assertThat(uncaught).hasSize(3);
    }

    @Test
    void cancel_ofVeryMany_takesEachNoLongerThanOfFew() {
        FakeTime time = new FakeTime();
        ManualExecutor executor = new ManualExecutor();
        TokenSlot slot = new TokenSlot(
                REQUEST,
                new TokenSourceChain(List.of(new ScriptedSource("fake", time)), time, null, false),
                executor,
                time,
                LIMIT);
        List<CompletableFuture<CachedToken>> futures = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            futures.add(slot.getAsync(false, LIMIT.plusNanos(i), Function.identity()));
        }

        long start = System.nanoTime();
        for (int i = futures.size() - 1; i >= 0; i--) {
            futures.get(i).cancel(true);
        }

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
        assertThat(slot.state.closeIfUnused()).isTrue();
    }

    @Test
    void get_whenTheCallersOfAClearedRequestLeave_endsIt() {
        FakeTime time = new FakeTime();
        ManualExecutor executor = new ManualExecutor();
        ScriptedSource source = new ScriptedSource("fake", time);
        TokenSlot slot =
                new TokenSlot(REQUEST, new TokenSourceChain(List.of(source), time, null, false), executor, time, LIMIT);
        CompletableFuture<CachedToken> future = slot.getAsync(false, LIMIT, Function.identity());
        slot.state.clear();

        future.cancel(true);
        executor.runNext();

        assertThat(source.calls()).isZero();
        assertThat(slot.state.closeIfUnused()).isTrue();
        assertThat(time.alarms()).isZero();
    }

    /** Another thread answers a late call. If that thread hangs, this one looks for the answer with pauses. */
    @Test
    void waitsUntil_ofALateCallThatAnotherThreadAnswers_isInTheFuture() {
        FakeTime time = new FakeTime();
        TokenSourceChain chain = new TokenSourceChain(List.of(new ScriptedSource("fake", time)), time, null, false);
        SlotState state = new SlotState(REQUEST, chain, new ManualExecutor(), time);
        BlockingCall late = new BlockingCall(null, false, time.nanos(), time.nanos() + LIMIT.toNanos(), REQUEST);
        time.advance(LIMIT.plusHours(1));

        assertThat(state.endOfWait(late) - time.nanos()).isPositive();
    }

    /** As code does that pays no heed to interrupts. */
    private static void awaitQuietly(CountDownLatch latch) {
        boolean over = false;
        while (!over) {
            try {
                latch.await();
                over = true;
            } catch (InterruptedException e) {
                // On purpose.
            }
        }
    }
}
