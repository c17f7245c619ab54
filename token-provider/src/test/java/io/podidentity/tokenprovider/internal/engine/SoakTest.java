// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.ClientSecret;
import io.podidentity.tokenprovider.internal.entra.EntraAuthority;
import io.podidentity.tokenprovider.internal.entra.EntraClient;
import io.podidentity.tokenprovider.internal.entra.EntraTenants;
import io.podidentity.tokenprovider.internal.entra.EntraTokenSource;
import io.podidentity.tokenprovider.internal.managed.ImdsTokenSource;
import io.podidentity.tokenprovider.internal.text.Environment;
import io.podidentity.tokenprovider.internal.text.Secret;
import io.podidentity.tokenprovider.support.Contexts;
import io.podidentity.tokenprovider.support.FakeTime;
import io.podidentity.tokenprovider.support.ManualExecutor;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Days of a service that is well and ill by turns, of a wall clock that is set, and of a machine that sleeps, in no
 * time: what each call gets is compared with what it must get. A seed that failed is run again by
 * {@code -Dpodidentity.soak.seed=N}; {@code -Dpodidentity.soak.days=N} runs so many of them.
 */
class SoakTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long SECOND = 1_000_000_000L;
    private static final String RESOURCE = "https://storage.azure.com";
    /** The longest back-off, a request that is under way, and the longest pause of the caller. */
    private static final long RECOVERY = (64 + 30 + 30) * SECOND;

    /** The longest pause in which callers without a token are told a failure of before. */
    private static final long PAUSE = 32 * SECOND;

    private static final Logger LOGGER = Logger.getLogger("io.podidentity.tokenprovider");

    private static long heapBefore;
    private static int threadsBefore;

    @BeforeAll
    static void measure() {
        new Day(0).live();
        heapBefore = heap();
        threadsBefore = Thread.activeCount();
    }

    /** Days leave nothing behind. */
    @AfterAll
    static void compare() {
        long heap = heap();
        int threads = Thread.activeCount();
        System.out.printf("heap %,d -> %,d bytes, threads %d -> %d%n", heapBefore, heap, threadsBefore, threads);
        assertThat(heap - heapBefore).isLessThan(8_000_000);
        assertThat(threads).isLessThanOrEqualTo(threadsBefore);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @BeforeEach
    void beQuiet() {
        LOGGER.setLevel(Level.OFF);
    }

    @AfterEach
    void beNormal() {
        LOGGER.setLevel(null);
    }

    static LongStream seeds() {
        Long chosen = Long.getLong("podidentity.soak.seed");
        if (chosen != null) {
            return LongStream.of(chosen);
        }
        int days = Integer.getInteger("podidentity.soak.days", 8);
        return days == 8 ? LongStream.range(0, days) : new Random().longs(days);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void day_withWhateverFaults_costsNoCallThatCouldHaveAToken(long seed) {
        new Day(seed).live();
    }

    /** One day of one program, by one thread. */
    private static final class Day {
        private final String seed;
        private final Random random;
        private final FakeTime time = new FakeTime();
        private final ManualExecutor executor = new ManualExecutor();
        private final SimulatedAzure azure;
        private final TokenSlot slot;
        private final boolean managed;
        /** What the caller had last, and when that was new, on both clocks. */
        private @Nullable CachedToken known;

        private long bornMillis;
        private long bornNanos;
        /** When the last request was over, on both clocks: what is seen of it may be seen a call later. */
        private long flownMillis;

        private long flownNanos;
        /** Since when it could be refreshed, on the steady clock; 0 if it need not. */
        private long dueSince;

        /** When the last call failed that had to wait, since the start. */
        private long failedAt = -PAUSE;

        private int calls;
        private int failures;

        Day(long seed) {
            this.seed = "seed " + seed + ", ";
            this.random = new Random(seed);
            Duration life = List.of(Duration.ofMinutes(10), Duration.ofHours(1), Duration.ofHours(24))
                    .get(random.nextInt(3));
            this.managed = random.nextBoolean();
            this.azure = new SimulatedAzure(random, time, Duration.ofHours(25), life);
            TokenSource source = managed
                    ? new ImdsTokenSource(Contexts.of(Environment.of(Map.of()), azure, time), false, null)
                    : new EntraTokenSource(
                            "Client secret",
                            new EntraClient(EntraAuthority.of(null, "none"), null, azure, time),
                            EntraTenants.allowAny("t"),
                            "c",
                            new ClientSecret(new Secret("s")));
            this.slot = new TokenSlot(
                    TokenRequest.forResource(RESOURCE),
                    new TokenSourceChain(List.of(source), time, null, false),
                    executor,
                    time,
                    LIMIT);
        }

        void live() {
            Instant wallClock = null;
            int hurry = 0;
            while (azure.now() < Duration.ofHours(24).toNanos()) {
                call();
                // Now and then somebody calls in a loop.
                hurry = random.nextInt(300) == 0 ? 200 : Math.max(0, hurry - 1);
                int pause = random.nextInt(3) > 0 ? 200 + random.nextInt(2_000) : 1_000 + random.nextInt(29_000);
                time.advance(Duration.ofMillis(hurry > 0 ? 300 : pause));
                int chance = random.nextInt(4_000);
                if (chance == 0) {
                    time.suspend(Duration.ofSeconds(60 + random.nextInt(30_000)));
                } else if (chance == 1) {
                    wallClock = time.now();
                    time.setWallClock(wallClock.plusSeconds(random.nextInt(36_000) - 18_000));
                }
            }
            assertThat(time.alarms()).as(seed + "alarms").isZero();
            System.out.printf(
                    "%s%s: %d calls, %d failed, %d requests, at most %d in a minute%n",
                    seed, managed ? "IMDS" : "Entra ID", calls, failures, azure.requests(), azure.mostInAMinute());
            // A failure without a token is remembered for a second at least, so there is one request a second at most.
            assertThat(azure.mostInAMinute()).as(seed + "requests").isLessThanOrEqualTo(61);
        }

        private void call() {
            calls++;
            boolean valid = isValid();
            CompletableFuture<CachedToken> token = slot.getAsync(false, LIMIT, Function.identity());
            String at = seed + "after " + Duration.ofNanos(azure.now()) + ", " + azure.state() + ": ";
            if (valid) {
                assertThat(token).as(at + "a valid token").isCompleted();
            }
            long asked = azure.now();
            long age = age();
            while (executor.waiting() > 0) {
                executor.runNext();
                flownMillis = time.millis();
                flownNanos = time.nanos();
            }
            assertThat(token).as(at + "an end").isDone();
            assertThat(azure.now() - asked).as(at + "took").isLessThanOrEqualTo(2 * LIMIT.toNanos());
            try {
                look(token.join(), age, at);
            } catch (CompletionException e) {
                failures++;
                assertThat(e).hasCauseInstanceOf(TokenAcquisitionException.class);
                long took = azure.now() - asked;
                boolean mayBeAsked = asked > azure.notBefore() && asked - failedAt > PAUSE;
                assertThat(azure.wellFor() > took && mayBeAsked)
                        .as(at + "well again, but " + e.getCause().getMessage())
                        .isFalse();
                failedAt = took > 0 ? azure.now() : failedAt;
            }
        }

        private boolean isNewer(CachedToken token) {
            return known == null || !token.isSameAs(known);
        }

        /** By what both clocks say, with a second for the call itself. */
        private boolean isValid() {
            return known != null && age() + 1_000 < known.expiresAt - bornMillis;
        }

        private long age() {
            return Math.max(time.millis() - bornMillis, (time.nanos() - bornNanos) / 1_000_000);
        }

        /**
         * @param age of the token that was known, when the call came
         */
        private void look(CachedToken token, long age, String at) {
            if (isNewer(token)) {
                known = token;
                bornMillis = flownMillis;
                bornNanos = flownNanos;
                dueSince = 0;
                return;
            }
            assertThat(age).as(at + "age").isLessThanOrEqualTo(token.expiresAt - bornMillis + 1_000);
            if (age < token.refreshAt - bornMillis + 2_000) {
                // Not yet, or, after the wall clock was set back, no more.
                dueSince = 0;
                return;
            }
            dueSince = dueSince == 0 ? azure.now() : dueSince;
            long since = Math.max(Math.max(dueSince, azure.now() - azure.wellFor()), azure.notBefore());
            assertThat(azure.state() == SimulatedAzure.State.WELL && azure.now() - since > RECOVERY)
                    .as(at + "a refresh that is due")
                    .isFalse();
        }
    }
}
