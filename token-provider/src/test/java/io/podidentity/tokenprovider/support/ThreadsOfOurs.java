// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The threads that the library started and that still live. */
public final class ThreadsOfOurs {
    private static final long LIMIT = TimeUnit.SECONDS.toNanos(10);

    private ThreadsOfOurs() {}

    /** Waits until none is left: they end by themselves, a moment after the call that started them, or start others. */
    public static void awaitNone() throws InterruptedException {
        long end = System.nanoTime() + LIMIT;
        List<Thread> alive = alive();
        for (long left = LIMIT; !alive.isEmpty() && left > 0; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedJoin(alive.get(0), left);
            alive = alive();
        }
        assertThat(alive)
                .allSatisfy(thread -> assertThat(thread.getStackTrace())
                        .as("what %s is doing", thread.getName())
                        .isEmpty());
    }

    /** How many platform threads of the library live. */
    public static int count() {
        return alive().size();
    }

    private static List<Thread> alive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("token-provider"))
                .toList();
    }
}
