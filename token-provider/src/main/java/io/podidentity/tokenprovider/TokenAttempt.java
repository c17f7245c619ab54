// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import java.io.Serial;
import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What became of one source of a chain in one call.
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @since 0.1.0
 */
public final class TokenAttempt implements Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    /** What became of a source. */
    public enum State {
        /** It got the token. */
        ACQUIRED("got the token"),
        /** It does not apply here; the next one was asked. */
        UNAVAILABLE("unavailable"),
        /** It was its job and it failed; none after it was asked. */
        FAILED("failed"),
        /** It was not asked, since one before it answered. */
        NOT_TRIED("not tried");

        private final String words;

        State(String words) {
            this.words = words;
        }
    }

    private final String source;
    private final State state;
    private final Duration duration;
    private final String reason;
    private final String remedy;

    /**
     * An attempt of these parts.
     *
     * @param source the source's name
     * @param state what became of it
     * @param duration how long it took
     * @param reason why there is no token from it, or what speaks against the one it got, one sentence without a full
     *     stop; may be empty
     * @param remedy what to do about it; may be empty
     * @throws NullPointerException if a part is null
     */
    public TokenAttempt(String source, State state, Duration duration, String reason, String remedy) {
        this.source = requireNonNull(source, "source");
        this.state = requireNonNull(state, "state");
        this.duration = requireNonNull(duration, "duration");
        this.reason = requireNonNull(reason, "reason");
        this.remedy = requireNonNull(remedy, "remedy");
    }

    /** {@return the source's name, such as {@code Azure CLI}} */
    public String source() {
        return source;
    }

    /** {@return what became of it} */
    public State state() {
        return state;
    }

    /** {@return how long it took; zero for a source that was not asked} */
    public Duration duration() {
        return duration;
    }

    /** {@return why there is no token from it, one sentence; empty when it got one or was not asked} */
    public String reason() {
        return reason;
    }

    /** {@return what to do about it, one command or setting; may be empty} */
    public String remedy() {
        return remedy;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TokenAttempt attempt
                && source.equals(attempt.source)
                && state == attempt.state
                && duration.equals(attempt.duration)
                && reason.equals(attempt.reason)
                && remedy.equals(attempt.remedy);
    }

    @Override
    public int hashCode() {
        return Objects.hash(source, state, duration, reason, remedy);
    }

    /** One line: name, state, milliseconds, reason, remedy. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(source).append(": ").append(state.words);
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
}
