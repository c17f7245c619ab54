package io.podidentity.tokenprovider.internal.text;

import java.util.concurrent.TimeUnit;

/** The clocks and the way to wait. Tests replace them. */
public class Time {
    /** The clocks of this machine. */
    public static final Time SYSTEM = new Time();

    /** The wall clock, in milliseconds since 1970. Expiry is compared with it. */
    public long millis() {
        return System.currentTimeMillis();
    }

    /** A monotonic clock, in nanoseconds. Deadlines are measured by it. */
    public long nanos() {
        return System.nanoTime();
    }

    /** Waits. */
    public void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }
}
