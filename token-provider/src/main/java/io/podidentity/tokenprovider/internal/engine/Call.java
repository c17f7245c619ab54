// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.Nullable;

/**
 * One caller that has to wait for a token. A call gets exactly one {@link Answer}, or leaves without one. Waiting calls
 * are sorted by deadline; calls with the same deadline are sorted by the time they came.
 *
 * <p><i>Thread-safety:</i> the fields that change are guarded by the lock of {@code SlotState}, except where said.
 */
abstract sealed class Call implements Comparable<Call> permits BlockingCall, FutureCall {
    /** The token that was not good enough when the caller came; null if there was none. */
    final @Nullable CachedToken before;
    /** Whether the caller wants a newer token than the cached one. */
    final boolean force;
    /** When the caller came, on the steady clock, in nanoseconds. */
    final long start;
    /** Until when the caller waits, on the steady clock, in nanoseconds. */
    final long deadline;

    /**
     * The call's own request: that of the slot, with the deadline, the forced refresh, the CAE flag and the user's
     * token of this call.
     */
    final TokenRequest request;

    /** The number of this call in its slot, counted from 1, so that {@link #compareTo} can order calls. */
    long number;
    /** Whether the caller no longer waits: it has its answer, cancelled, or was interrupted. */
    boolean hasLeft;
    /** The next call in a list of answered calls; null at the end. So the list itself needs no memory. */
    @Nullable
    Call nextAnswered;

    private volatile @Nullable Answer answer;
    /** When the call was answered, on the steady clock. Written before {@link #answer}, which publishes it. */
    private long answeredAt;

    Call(@Nullable CachedToken before, boolean force, long start, long deadline, TokenRequest request) {
        this.before = before;
        this.force = force;
        this.start = start;
        this.deadline = deadline;
        this.request = request;
    }

    /** How long the caller waits at most, in nanoseconds. */
    final long limitNanos() {
        return deadline - start;
    }

    /** Keeps the answer. The caller does not see it before {@link #deliverAnswer}. */
    final void keepAnswer(Answer given, long now) {
        answeredAt = now;
        answer = given;
    }

    /** The answer; null before there is one. Any thread may ask. */
    final @Nullable Answer answer() {
        return answer;
    }

    /** How long the caller waited for its answer, in nanoseconds. */
    final long waitedNanos() {
        return answeredAt - start;
    }

    /** Whether the caller's thread blocks. Such a thread watches the deadline itself, so the call needs no alarm. */
    abstract boolean isBlocking();

    /** Whether nobody wants an answer any more. Also true while a caller that cancelled is about to leave. */
    boolean isUnwanted() {
        return hasLeft;
    }

    /**
     * Tells the caller that there is an answer. Called once, without a lock, because the caller's code may run here.
     */
    abstract void deliverAnswer();

    @Override
    public final int compareTo(Call other) {
        // By subtraction, since System.nanoTime may overflow.
        long difference = deadline - other.deadline;
        if (difference == 0) {
            difference = number - other.number;
        }
        return Long.signum(difference);
    }
}
