// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.internal.text.Time;
import io.podidentity.tokenprovider.support.ThreadsOfOurs;
import io.podidentity.tokenprovider.support.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An interrupt, or a cancelled future, at each look of the library at a clock: so at each of its steps. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptionTest {
    private static final TokenRequest REQUEST = TokenRequest.forResource("https://storage.azure.com");
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @AfterEach
    void noThreadIsLeft() throws InterruptedException {
        ThreadsOfOurs.awaitNone();
    }

    /** Does something once, at the k-th look at a clock by any thread but the alarm's. */
    private static final class Trap extends Time {
        private final AtomicInteger looks;
        private final AtomicReference<Runnable> deed = new AtomicReference<>();

        Trap(int look) {
            looks = new AtomicInteger(look);
        }

        void springs(Runnable what) {
            deed.set(what);
        }

        boolean hasSprung() {
            return looks.get() <= 0;
        }

        private void look() {
            // The alarm's thread looks while it holds its own lock, where nobody else's code ever runs.
            boolean alarm = Thread.currentThread().getName().equals("token-provider-alarm");
            Runnable what = deed.get();
            if (what != null && !alarm && looks.decrementAndGet() == 0) {
                what.run();
            }
        }

        @Override
        public long nanos() {
            look();
            return super.nanos();
        }

        @Override
        public long millis() {
            look();
            return super.millis();
        }
    }

    @Test
    void interrupt_ofTheCallerAtEachStep_endsThatCallAndNoOther() throws Exception {
        boolean sprung = true;
        int interrupted = 0;
        for (int look = 1; sprung; look++) {
            Trap trap = new Trap(look);
            TokenSlot slot = slot(trap);
            AtomicReference<Object> outcome = new AtomicReference<>();
            CountDownLatch over = new CountDownLatch(1);
            boolean[] flag = new boolean[1];
            Thread caller = new Thread(
                    () -> {
                        outcome.set(get(slot));
                        flag[0] = Thread.currentThread().isInterrupted();
                        over.countDown();
                    },
                    "caller");
            trap.springs(caller::interrupt);
            caller.start();

            assertThat(over.await(20, TimeUnit.SECONDS)).as("look %d", look).isTrue();
            sprung = trap.hasSprung();
            boolean failed = outcome.get() instanceof Code;
            interrupted += failed ? 1 : 0;
            assertThat(outcome.get()).as("look %d", look).isIn(Code.INTERRUPTED, "token");
            assertThat(flag[0] || !failed).as("the flag at look %d", look).isTrue();
            assertThat(get(slot)).as("the next call after look %d", look).isEqualTo("token");
            caller.join();
        }
        assertThat(interrupted).isPositive();
    }

    @Test
    void interrupt_ofTheRequestAtEachStep_isNotLost() throws Exception {
        boolean sprung = true;
        for (int look = 1; sprung; look++) {
            Trap trap = new Trap(look);
            TokenSlot slot = slot(trap);
            trap.springs(() -> Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("token-provider"))
                    .forEach(Thread::interrupt));

            // Whoever interrupts it, no caller was interrupted.
            assertThat(get(slot)).as("look %d", look).isIn(Code.SERVICE_UNAVAILABLE, "token");
            sprung = trap.hasSprung();
            trap.springs(() -> {});
            assertThat(await(slot)).as("the next call after look %d", look).isEqualTo("token");
        }
    }

    @Test
    void cancel_atEachStep_endsTheRequestAndNoOther() throws Exception {
        boolean sprung = true;
        int cancelled = 0;
        for (int look = 1; sprung; look++) {
            Trap trap = new Trap(look);
            TokenSlot slot = slot(trap);
            AtomicReference<CompletableFuture<CachedToken>> future = new AtomicReference<>();
            trap.springs(() -> {
                CompletableFuture<CachedToken> given = future.get();
                if (given != null) {
                    given.cancel(true);
                }
            });
            future.set(slot.getAsync(false, LIMIT, Function.identity()));

            CompletableFuture<CachedToken> given = future.get();
            assertThat(given.handle((token, failure) -> true).get(20, TimeUnit.SECONDS))
                    .as("look %d", look)
                    .isTrue();
            cancelled += given.isCancelled() ? 1 : 0;
            sprung = trap.hasSprung();
            trap.springs(() -> {});
            assertThat(await(slot)).as("the next call after look %d", look).isEqualTo("token");
        }
        assertThat(cancelled).isPositive();
    }

    private static Object get(TokenSlot slot) {
        try {
            CachedToken token = slot.get(false, LIMIT);
            return token == null ? "evicted" : "token";
        } catch (TokenAcquisitionException e) {
            return e.code();
        }
    }

    /** The call after one that failed, whose failure is remembered for a second. */
    private static Object await(TokenSlot slot) throws Exception {
        try {
            slot.getAsync(true, LIMIT, Function.identity()).get(20, TimeUnit.SECONDS);
            return "token";
        } catch (CompletionException e) {
            return e;
        }
    }

    private static TokenSlot slot(Time time) {
        TokenSource source = request -> {
            // As a source does that waits for an answer.
            time.sleep(2_000_000);
            time.nanos();
            return new Acquired(
                    Tokens.accessToken(request.resource(), Instant.ofEpochMilli(time.millis() + 3_600_000)));
        };
        return new TokenSlot(
                REQUEST,
                new TokenSourceChain(List.of(source), time, null, false),
                new RequestExecutor(null, null),
                time,
                LIMIT);
    }
}
