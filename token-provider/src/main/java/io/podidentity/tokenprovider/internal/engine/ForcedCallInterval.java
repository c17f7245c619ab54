// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.text.Time;
import java.util.IdentityHashMap;
import java.util.function.BooleanSupplier;

/**
 * Keeps the forced calls of one chain apart: they ask each source at most ten times a second. IMDS allows a machine 20
 * requests a second (Microsoft Learn, "Azure Instance Metadata Service", rate limiting). The forced calls of one
 * process leave half of these to others. A call that stops waiting does not use up a turn.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. The lock is this object's monitor, which is taken after
 * that of {@code SlotState}.
 */
final class ForcedCallInterval {
    static final String LIMIT = ": this library lets forced calls ask a source 10 times a second";
    private static final long INTERVAL_NANOS = 100_000_000L;

    private final Time time;
    /** When the next forced call may ask a source, on the steady clock. Guarded by this. */
    private final IdentityHashMap<TokenSource, Long> next = new IdentityHashMap<>();

    ForcedCallInterval(Time time) {
        this.time = time;
    }

    /**
     * Waits until a source may be asked, and takes that turn.
     *
     * @param deadline the last moment, on the steady clock
     * @param applies whether the call still has to wait; asked again after {@link #lookAgain}
     * @throws TokenAcquisitionException if the deadline comes first
     */
    synchronized void awaitTurn(TokenSource source, long deadline, BooleanSupplier applies)
            throws InterruptedException {
        long now = time.nanos();
        for (long left = nanosLeft(source, now); left > 0 && applies.getAsBoolean(); left = nanosLeft(source, now)) {
            if (deadline - now <= 0) {
                throw new TokenAcquisitionException(
                        Code.TIMED_OUT,
                        "its turn did not come in time" + LIMIT,
                        "Force fewer refreshes, or allow a longer deadline.");
            }
            time.await(this, Math.min(left, deadline - now));
            now = time.nanos();
        }
        if (applies.getAsBoolean()) {
            next.put(source, now + INTERVAL_NANOS);
        }
    }

    /** Makes all waiting calls look again whether they still have to wait. */
    synchronized void lookAgain() {
        notifyAll();
    }

    private long nanosLeft(TokenSource source, long now) {
        // A source that was never asked may be asked now.
        return next.getOrDefault(source, now) - now;
    }
}
