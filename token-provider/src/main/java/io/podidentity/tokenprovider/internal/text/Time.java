package io.podidentity.tokenprovider.internal.text;

import java.util.concurrent.TimeUnit;

/** The clocks and the way to wait; a test puts its own in their place. */
public class Time {
    /** The machine's. */
    public static final Time SYSTEM = new Time();

    /** The wall clock, in milliseconds since 1970; what expiry is compared with. */
    public long millis() {
        return System.currentTimeMillis();
    }

    /** A steady clock, in nanoseconds; what deadlines are measured by. */
    public long nanos() {
        return System.nanoTime();
    }

    /** Waits. */
    public void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }
}
