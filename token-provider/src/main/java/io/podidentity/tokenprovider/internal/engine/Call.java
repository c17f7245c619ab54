package io.podidentity.tokenprovider.internal.engine;

import org.jspecify.annotations.Nullable;

/** What a caller who has to wait asks of a slot. */
class Call {
    /** Whether its thread waits; if not, it is an {@code AsyncCaller}. */
    final boolean blocks;
    /** The token that was not good enough when the caller came; null if there was none. */
    final @Nullable CachedToken before;

    /** Whether a source must be asked, whatever is remembered. */
    final boolean force;
    /** How long the caller waits at most, in nanoseconds. */
    final long limit;
    /** Until when, on the steady clock. */
    final long deadline;

    /** A call that blocks its thread. */
    Call(@Nullable CachedToken before, boolean force, long limit, long deadline) {
        this(true, before, force, limit, deadline);
    }

    Call(boolean blocks, @Nullable CachedToken before, boolean force, long limit, long deadline) {
        this.blocks = blocks;
        this.before = before;
        this.force = force;
        this.limit = limit;
        this.deadline = deadline;
    }
}
