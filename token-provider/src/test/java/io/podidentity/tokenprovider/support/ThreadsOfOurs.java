package io.podidentity.tokenprovider.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The threads that the library started and that still live. */
public final class ThreadsOfOurs {
    private static final long LIMIT_MILLIS = TimeUnit.SECONDS.toMillis(10);

    private ThreadsOfOurs() {}

    /** Waits until none is left: they end by themselves, a moment after the call that started them. */
    public static void awaitNone() throws InterruptedException {
        for (Thread thread : alive()) {
            thread.join(LIMIT_MILLIS);
        }
        assertThat(alive())
                .allSatisfy(thread -> assertThat(thread.getStackTrace())
                        .as("what %s is doing", thread.getName())
                        .isEmpty());
    }

    private static List<Thread> alive() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("token-provider"))
                .toList();
    }
}
