package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What became of one source of a chain in one call.
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @param source the source's name, such as {@code Azure CLI}
 * @param state what became of it
 * @param duration how long it took; zero for a source that was not asked
 * @param reason why there is no token from it, one sentence; empty when it got one or was not asked
 * @param remedy what to do about it, one command or setting; may be empty
 */
public record TokenAttempt(String source, State state, Duration duration, String reason, String remedy) {

    /** What became of a source. */
    public enum State {
        /** It got the token. */
        ACQUIRED,
        /** It does not apply here; the next one was asked. */
        UNAVAILABLE,
        /** It was its job and it failed; none after it was asked. */
        FAILED,
        /** It was not asked, since one before it answered. */
        NOT_TRIED
    }

    /**
     * An attempt of these parts.
     *
     * @param source the source's name
     * @param state what became of it
     * @param duration how long it took; zero if it was not asked
     * @param reason why there is no token from it; may be empty
     * @param remedy what to do about it; may be empty
     * @throws NullPointerException if a part is null
     */
    public TokenAttempt {
        requireNonNull(source, "source");
        requireNonNull(state, "state");
        requireNonNull(duration, "duration");
        requireNonNull(reason, "reason");
        requireNonNull(remedy, "remedy");
    }

    /** One line: name, state, milliseconds, reason, remedy. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(source).append(": ").append(word());
        if (state != State.NOT_TRIED) {
            line.append(" (").append(duration.toMillis()).append(" ms)");
        }
        if (!reason.isEmpty()) {
            line.append(": ").append(reason).append('.');
        }
        if (!remedy.isEmpty()) {
            line.append(' ').append(remedy);
        }
        return line.toString();
    }

    private String word() {
        return switch (state) {
            case ACQUIRED -> "got the token";
            case UNAVAILABLE -> "unavailable";
            case FAILED -> "failed";
            case NOT_TRIED -> "not tried";
        };
    }
}
