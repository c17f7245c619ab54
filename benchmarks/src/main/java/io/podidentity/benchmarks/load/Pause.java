package io.podidentity.benchmarks.load;

import java.util.concurrent.locks.LockSupport;

/** Waits: a token in another process cannot be given a fake clock. */
final class Pause {
    private Pause() {}

    static void millis(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
