// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private final AtomicLong nanos = new AtomicLong(-5);
    private final Borrower.RateLimit limit = new Borrower.RateLimit(2, Duration.ofSeconds(1), nanos::get);

    @Test
    void take_afterTheBurst_waitsForTheInterval() {
        assertThat(limit.take()).isTrue();
        assertThat(limit.take()).isTrue();
        assertThat(limit.take()).isFalse();
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(999));
        assertThat(limit.take()).isFalse();
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(limit.take()).isTrue();
        assertThat(limit.take()).isFalse();
    }

    @Test
    void take_afterALongPause_givesTheBurstAndNoMore() {
        nanos.addAndGet(TimeUnit.DAYS.toNanos(1));
        assertThat(limit.take()).isTrue();
        assertThat(limit.take()).isTrue();
        assertThat(limit.take()).isFalse();
    }
}
