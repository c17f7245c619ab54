package io.podidentity.emulator.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EmulatorClockTest {

    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

    private final ManualClock manual = new ManualClock(START);

    @Test
    void instant_scaled_runsTimesFasterThanTheMachine() {
        var nanoTime = new AtomicLong(-5);
        var clock = new EmulatorClock.ScaledClock(60, START, nanoTime::get);

        nanoTime.addAndGet(Duration.ofSeconds(2).toNanos());

        assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofMinutes(2)));
        assertThat(clock.onTheMachine(Duration.ofMinutes(10))).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void await_scaled_endsWhenTheClusterHasWaited() throws InterruptedException {
        var clock = EmulatorClock.scaled(1_000_000);
        Instant before = clock.instant();

        clock.await(Duration.ofHours(1));

        assertThat(clock.instant()).isAfterOrEqualTo(before.plus(Duration.ofHours(1)));
    }

    @Test
    void scaled_factorBelowOneOrNoNumber_isRefused() {
        for (double factor : new double[] {0.5, 0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> EmulatorClock.scaled(factor))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A time scale must be a number of at least 1, not " + factor);
        }
    }

    @Test
    void await_nothingToWaitFor_returnsAtOnce() throws InterruptedException {
        manual.await(Duration.ZERO);
        manual.await(Duration.ofSeconds(-1));
        manual.awaitUntil(START);

        assertThat(manual.instant()).isEqualTo(START);
    }

    @Test
    void advance_withWaitersOfDifferentLengths_endsOnlyThoseThatAreDue() throws InterruptedException {
        var minute = waiting(Duration.ofMinutes(1));
        var hour = waiting(Duration.ofHours(1));
        manual.awaitWaiters(2);

        manual.advance(Duration.ofMinutes(1));

        minute.join();
        assertThat(hour).isNotDone();
        manual.awaitWaiters(1);
        manual.advance(Duration.ofMinutes(59));
        hour.join();
        assertThat(manual.instant()).isEqualTo(START.plus(Duration.ofHours(1)));
    }

    @Test
    void awaitUntil_whenInterrupted_throwsAndNoLongerCounts() throws InterruptedException {
        var waiting = new CompletableFuture<Thread>();
        var waiter = CompletableFuture.runAsync(() -> {
            waiting.complete(Thread.currentThread());
            waitFor(Duration.ofHours(1));
        });
        manual.awaitWaiters(1);

        waiting.join().interrupt();

        assertThatThrownBy(waiter::join)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseInstanceOf(InterruptedException.class);
        manual.awaitWaiters(0);
    }

    @Test
    void advance_backwards_isRefused() {
        assertThatThrownBy(() -> manual.advance(Duration.ofSeconds(-1)))
                .hasMessage("A clock cannot be moved backwards");
    }

    @Test
    void withZone_otherThanUtc_isRefused() {
        assertThat(manual.withZone(ZoneOffset.UTC)).isSameAs(manual);
        assertThatThrownBy(() -> manual.withZone(ZoneId.of("Europe/Berlin")))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    private CompletableFuture<Void> waiting(Duration duration) {
        return CompletableFuture.runAsync(() -> waitFor(duration), command -> new Thread(command).start());
    }

    private void waitFor(Duration duration) {
        try {
            manual.await(duration);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
