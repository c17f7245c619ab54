// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The same on real threads and by real clocks: who runs what, and who is gone afterwards. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InFlightRequestThreadsTest {
    private static final TokenRequest REQUEST = TokenRequest.forResource("https://storage.azure.com/");

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answer = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final AtomicReference<ClassLoader> loader = new AtomicReference<>();
    private final AtomicInteger requests = new AtomicInteger();

    private final AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
            .sources(List.of(request -> {
                requests.incrementAndGet();
                loader.set(Thread.currentThread().getContextClassLoader());
                asked.countDown();
                try {
                    answer.await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                }
                return new TokenSource.Acquired(
                        Tokens.accessToken(request.resource(), Instant.parse("2126-01-01T00:00:00Z")));
            }))
            .build();

    @AfterEach
    void leaveNoThread() throws InterruptedException {
        answer.countDown();
        ThreadsOfOurs.awaitNone();
    }

    @Test
    void getAsync_whenContinuationsBlock_delaysNoOther() throws InterruptedException {
        int blocking = 20;
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(blocking);
        List<CompletableFuture<?>> quick = new ArrayList<>();
        for (int i = 0; i < blocking; i++) {
            quick.add(provider.getAccessTokenAsync(REQUEST).thenApply(String::length));
            assertThat(provider.getAccessTokenAsync(REQUEST).thenAccept(token -> {
                        blocked.countDown();
                        awaitQuietly(release);
                    }))
                    .isNotDone();
        }
        answer.countDown();

        blocked.await();
        assertThat(quick).allSatisfy(done -> assertThat(done).succeedsWithin(Duration.ofSeconds(20)));
        assertThat(requests).hasValue(1);
        release.countDown();
    }

    @Test
    void getAsync_whenAContinuationBlocks_delaysNoCallerThatBlocks() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        assertThat(provider.getAccessTokenAsync(REQUEST).thenAccept(token -> awaitQuietly(release)))
                .isNotDone();
        asked.await();
        FutureTask<String> blocking = new FutureTask<>(() -> provider.getAccessToken(REQUEST));
        Thread caller = new Thread(blocking);
        caller.start();
        awaitWait(caller);

        answer.countDown();

        // With its own deadline it would come back too, and with a failure.
        assertThat(blocking).succeedsWithin(Duration.ofSeconds(20));
        release.countDown();
    }

    @Test
    void getAsync_whenAContinuationOfAFailureBlocks_delaysNoOtherDeadline() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch blocked = new CountDownLatch(1);
        assertThat(provider.getAccessTokenAsync(REQUEST.withDeadline(Duration.ofMillis(20)))
                        .handle((token, thrown) -> {
                            blocked.countDown();
                            awaitQuietly(release);
                            return token;
                        }))
                .isNotDone();
        blocked.await();

        try {
            // On a busy machine 20 ms can pass before the source is asked at all.
            assertThatThrownBy(provider.getAccessTokenAsync(REQUEST.withDeadline(Duration.ofMillis(20)))::join)
                    .hasMessageContaining("TIMED_OUT");
        } finally {
            release.countDown();
        }
    }

    @Test
    void getAsync_whenContinuationsAreQuick_needsFewThreads() {
        List<CompletableFuture<Thread>> threads = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            threads.add(provider.getAccessTokenAsync(REQUEST).thenApply(token -> Thread.currentThread()));
        }
        answer.countDown();

        assertThat(threads.stream().map(CompletableFuture::join).distinct().count())
                .isLessThan(500);
    }

    @Test
    void getAsync_whenItsDeadlinePasses_failsThenAndEndsTheRequest() throws InterruptedException {
        CompletableFuture<String> future = provider.getAccessTokenAsync(REQUEST.withDeadline(Duration.ofMillis(20)));

        // On a busy machine 20 ms can pass before the source is asked at all.
        assertThatThrownBy(future::get)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseInstanceOf(TokenAcquisitionException.class)
                .hasMessageContaining("TIMED_OUT");
        ThreadsOfOurs.awaitNone();
    }

    @Test
    void cancel_ofTheOnlyFuture_endsTheRequest() throws InterruptedException {
        CompletableFuture<String> future = provider.getAccessTokenAsync(REQUEST);
        asked.await();

        future.cancel(false);

        interrupted.await();
    }

    @Test
    void source_alwaysHasTheLibrarysContextClassLoader() throws InterruptedException {
        Thread caller = new Thread(() -> provider.getAccessToken(REQUEST));
        caller.setContextClassLoader(new ClassLoader() {});
        caller.start();
        answer.countDown();
        caller.join();

        assertThat(loader).hasValue(AzureServiceTokenProvider.class.getClassLoader());
    }

    @Test
    void get_whenASourceListensToNothing_isInTimeAndNeedsNoMoreThreadsThanItMay() throws InterruptedException {
        CountDownLatch end = new CountDownLatch(1);
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> {
                    requests.incrementAndGet();
                    while (end.getCount() > 0) {
                        awaitQuietly(end);
                    }
                    return new TokenSource.Unavailable("not here", "");
                }))
                .build();

        try {
            for (int i = 0; i < 3 * SlotState.MAX_GIVEN_UP; i++) {
                assertThatThrownBy(() -> provider.getAccessToken(REQUEST.withDeadline(Duration.ofMillis(10))))
                        .isInstanceOfSatisfying(
                                TokenAcquisitionException.class,
                                e -> assertThat(e.isTransient()).isTrue());
            }
            assertThat(requests).hasValueLessThanOrEqualTo(SlotState.MAX_GIVEN_UP);
        } finally {
            end.countDown();
        }
    }

    @Test
    void get_whenManyForcedCallsGaveUpWaiting_asksTheSourceInTime() {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(request -> {
                    requests.incrementAndGet();
                    return new TokenSource.Acquired(
                            Tokens.accessToken(request.resource(), Instant.parse("2126-01-01T00:00:00Z")));
                }))
                .build();
        TokenRequest forced = REQUEST.withForceRefresh(true);
        List<CompletableFuture<String>> hasty = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            hasty.add(provider.getAccessTokenAsync(
                    TokenRequest.forResource("r" + i).withForceRefresh(true).withDeadline(Duration.ofSeconds(1))));
        }
        hasty.forEach(future -> future.handle((token, thrown) -> token).join());

        assertThat(provider.getAccessToken(forced.withDeadline(Duration.ofSeconds(20))))
                .isNotEmpty();
        // Ten a second for as long as it took, and not one for each.
        assertThat(requests).hasValueLessThan(200);
    }

    @Test
    void wake_runsThingsInTheirOrderAndThenEndsItsThread() throws InterruptedException {
        AtomicLong now = new AtomicLong();
        Time time = new Time() {
            @Override
            public long nanos() {
                return now.get();
            }
        };
        List<String> order = new ArrayList<>();
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch ran = new CountDownLatch(1);
        Runnable last = () -> {
            order.add("last");
            ran.countDown();
        };
        Runnable failing = () -> {
            order.add("first");
            failed.countDown();
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> {});
            throw new IllegalStateException("on purpose");
        };
        Runnable forgotten = () -> order.add("forgotten");

        time.wake(TimeUnit.HOURS.toNanos(1), last);
        time.wake(TimeUnit.HOURS.toNanos(1), forgotten);
        time.wake(TimeUnit.MILLISECONDS.toNanos(20), last);
        time.wake(0, failing);
        time.forget(forgotten);
        failed.await();
        now.set(TimeUnit.MILLISECONDS.toNanos(20));

        ran.await();
        ThreadsOfOurs.awaitNone();
        assertThat(order).containsExactly("first", "last");
    }

    /** Until a thread waits for something with a deadline, which its call does and nothing before it. */
    private static void awaitWait(Thread thread) {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    /** As code does that pays no heed to interrupts. */
    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            // On purpose.
        }
    }
}
