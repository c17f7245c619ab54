// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ScaledClockTest {

    private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void instant_always_runsTimesFasterThanTheMachine() {
        var nanoTime = new AtomicLong(-5);
        var clock = new ScaledClock(60, START, nanoTime::get);

        nanoTime.addAndGet(Duration.ofSeconds(2).toNanos());

        assertThat(clock.instant()).isEqualTo(START.plus(Duration.ofMinutes(2)));
        assertThat(clock.onTheMachine(Duration.ofMinutes(10))).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void await_always_endsWhenTheClusterHasWaited() throws InterruptedException {
        var clock = ScaledClock.scaled(1_000_000);
        Instant before = clock.instant();

        clock.await(Duration.ofHours(1));

        assertThat(clock.instant()).isAfterOrEqualTo(before.plus(Duration.ofHours(1)));
    }

    @Test
    void scaled_factorBelowOneOrNoNumber_isRefused() {
        for (double factor : new double[] {0.5, 0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> ScaledClock.scaled(factor))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("A time scale must be a number of at least 1, not " + factor);
        }
    }
}
