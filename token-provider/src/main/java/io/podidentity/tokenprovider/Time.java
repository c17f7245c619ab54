package io.podidentity.tokenprovider;

import java.util.concurrent.TimeUnit;

/** The clocks and the way to wait; a test puts its own in their place. */
class Time {
    /** The machine's. */
    static final Time SYSTEM = new Time();

    /** The wall clock, in milliseconds since 1970; what expiry is compared with. */
    long millis() {
        return System.currentTimeMillis();
    }

    /** A steady clock, in nanoseconds; what deadlines are measured by. */
    long nanos() {
        return System.nanoTime();
    }

    /** Waits. */
    void sleep(long nanos) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nanos);
    }
}
