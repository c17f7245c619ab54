package io.podidentity.tokenprovider;

/** The clock and the way to wait, so that a test owns both. */
interface Time {
    /** The machine's own. */
    Time SYSTEM = new SystemTime();

    /** The wall clock, in milliseconds since 1970; what expiry is compared with. */
    long millis();

    /** A steady clock, in nanoseconds; what deadlines are measured by. */
    long nanos();

    /** Waits. */
    void sleep(long nanos) throws InterruptedException;
}
