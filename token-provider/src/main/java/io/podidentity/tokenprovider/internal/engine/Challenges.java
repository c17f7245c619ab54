package io.podidentity.tokenprovider.internal.engine;

import org.jspecify.annotations.Nullable;

/**
 * Which of one slot's tokens a claims challenge has refused. Whoever brings a challenge does not say which token it is
 * about. In the first second of a token it is the one before: others were challenged at the same time. After that it is
 * this one, and the source is asked. Since a program may bring the same claims with each call, that second doubles with
 * each token that was refused, up to four minutes.
 *
 * <p><i>Thread-safety:</i> none; guarded by the lock of {@code SlotState}.
 */
final class Challenges {
    private static final long FIRST_MILLIS = 1_000;
    private static final int MAX_SHIFT = 8;

    private @Nullable CachedToken refused;
    private int count;

    /**
     * Whether a challenge of this moment refuses a token.
     *
     * @param millis the wall clock
     * @param nanos the steady clock
     */
    boolean refuse(CachedToken token, long millis, long nanos) {
        if (token.isSameAs(refused)) {
            return true;
        }
        if (token.age(millis, nanos) < FIRST_MILLIS << Math.min(count, MAX_SHIFT)) {
            return false;
        }
        refused = token;
        count++;
        return true;
    }
}
