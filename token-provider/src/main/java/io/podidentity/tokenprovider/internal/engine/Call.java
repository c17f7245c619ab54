package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenRequest;
import org.jspecify.annotations.Nullable;

/**
 * One caller that has to wait for a token. It gets exactly one {@link Answer}, or leaves before that. Calls that wait
 * are ordered by their deadlines, and those of one deadline by when they came.
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

    /** What the caller asks for: the slot's own request, with what is not kept. */
    final TokenRequest request;

    /** Which one of the calls of its slot it is, in the order in which they began to wait. */
    long number;
    /** Whether the caller waits no longer: it has its answer, cancelled, or was interrupted. */
    boolean hasLeft;
    /** The next one of a list of answered calls, which so needs no memory of its own; null at its end. */
    @Nullable
    Call nextAnswered;

    private volatile @Nullable Answer answer;
    /** When it was answered, on the steady clock; written before the answer. */
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

    /** Keeps the answer; whoever waits is told by {@link #deliver}. */
    final void keep(Answer given, long now) {
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

    /** Whether a thread waits, and looks after its deadline itself. */
    abstract boolean isBlocking();

    /** Whether nobody wants an answer any more, be it that the caller is about to leave. */
    boolean isUnwanted() {
        return hasLeft;
    }

    /** Tells whoever waits that there is an answer. Called without a lock, once. */
    abstract void deliver();

    @Override
    public final int compareTo(Call other) {
        long later = deadline - other.deadline;
        return Long.signum(later == 0 ? number - other.number : later);
    }
}
