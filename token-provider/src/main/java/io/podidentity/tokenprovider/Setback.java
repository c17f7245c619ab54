package io.podidentity.tokenprovider;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a failure says to those who come after it: for a second that it would be the same again, or for as long as the
 * server wants not to be asked that nobody may.
 *
 * <p><i>Thread-safety:</i> immutable.
 */
final class Setback {
    private static final long SECOND = 1_000_000_000L;
    /** A server that wants more is mistaken. */
    private static final Duration HOUR = Duration.ofHours(1);

    /** Until when it holds, on the steady clock. */
    final long end;

    private final TokenAcquisitionException failure;
    private final long limit;
    private final boolean binding;

    /**
     * @param limit how long the flight had that failed, in nanoseconds
     * @param now on the steady clock
     */
    Setback(TokenAcquisitionException failure, long limit, long now) {
        this.failure = failure;
        this.limit = limit;
        Duration wish = failure.retryAfter().orElse(Duration.ZERO);
        this.binding = !wish.isZero();
        this.end = now + (!binding ? SECOND : wish.compareTo(HOUR) < 0 ? wish.toNanos() : HOUR.toNanos());
    }

    /** Whether the server wants not to be asked now. */
    boolean isBinding(long now) {
        return binding && end - now > 0;
    }

    /**
     * The answer to a caller of this moment; null if there has to be another flight.
     *
     * @param limit how long the caller waits at most, in nanoseconds
     * @param deadline until when, on the steady clock
     */
    @Nullable
    TokenAcquisitionException answer(String resource, boolean force, long limit, long deadline, long now) {
        if (end - now <= 0) {
            return null;
        }
        if (binding) {
            return end - deadline < 0 ? null : Failures.remembered(resource, failure, Duration.ofNanos(end - now));
        }
        return !force && isAnswer(failure, this.limit, limit) ? failure : null;
    }

    /**
     * Whether a failure after so much time is one for a caller with this limit too: a refusal is, that nobody answered
     * not.
     */
    static boolean isAnswer(TokenAcquisitionException failure, long allowed, long limit) {
        Code code = failure.code();
        return limit <= allowed || (code != Code.NO_SOURCE_AVAILABLE && code != Code.SERVICE_UNAVAILABLE);
    }
}
