// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class EmulatorClockTest {

    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

    private final ManualClock manual = new ManualClock(START);

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
