// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Is told what becomes of the tokens behind a provider, for metrics, traces and logs. A call that is answered from the
 * cache is no event. For each call that had to wait and got its answer, {@link Kind#WAITED} is told.
 *
 * <pre>{@code
 * AzureServiceTokenProvider.builder()
 *         .listener(event -> counter(event.kind()).increment())
 *         .build()
 * }</pre>
 *
 * <p>No event has a token in it. What a listener throws is logged once and harms no caller.
 *
 * <p><i>Thread-safety:</i> called by several threads at the same time, never while the provider holds a lock. A
 * listener should return at once. A blocking caller's own thread calls {@link #waiting} before the wait, and tells
 * {@link Kind#WAITED} after it. The thread that gets an assertion from {@link ClientAssertions} tells of the
 * assertion. No caller waits for a listener that is told of anything else.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface TokenListener {

    /**
     * Something happened. Later versions may tell of more kinds: pass over what is not known.
     *
     * @param event what happened
     */
    void on(Event event);

    /**
     * A caller is about to wait for its token. Told on that caller's own thread; its {@link Kind#WAITED} is told there
     * too. Not told of callers who get a future.
     *
     * @param request what is asked for, as the event has it
     */
    default void waiting(TokenRequest request) {}

    /** What happened. */
    enum Kind {
        /** Callers waited for a token, and a source got it. */
        ACQUIRED,
        /** The next token was got in the background, while callers still got the old one. */
        REFRESHED,
        /** Callers waited for a token, and there is none. */
        FAILED,
        /** Getting the next token failed; the old one is still valid, and callers go on getting it. */
        REFRESH_FAILED,
        /** Until {@code invalidate()}, only this source is asked for the process's own identity. */
        PINNED,
        /**
         * What the source signs in with has changed, such as by {@code az login}: the cached token is not used any
         * more.
         */
        ACCOUNT_CHANGED,
        /**
         * Since the token was got, the wall clock and the steady clock went apart by a minute or more: it was set, or
         * the machine slept. The token is used for as long as both clocks allow.
         */
        CLOCK_JUMPED,
        /** A caller had to wait for its token or its failure. */
        WAITED
    }

    /**
     * What happened to the tokens of one request.
     *
     * <p><i>Thread-safety:</i> immutable.
     */
    final class Event {
        private final Kind kind;
        private final TokenRequest request;
        private final Duration duration;
        private final @Nullable AccessToken token;
        private final @Nullable TokenAcquisitionException failure;
        private final List<TokenAttempt> attempts;

        /**
         * An event of these parts, as a test of a listener may need it.
         *
         * @param kind what happened
         * @param request what was asked for
         * @param duration how long it took, as {@link #duration()} says
         * @param token the token; null without one. The event does not show it
         * @param failure why there is no token, or no next one; null if nothing failed
         * @param attempts what became of each source; copied
         * @throws NullPointerException if a part is null that must be there
         */
        public Event(
                Kind kind,
                TokenRequest request,
                Duration duration,
                @Nullable AccessToken token,
                @Nullable TokenAcquisitionException failure,
                List<TokenAttempt> attempts) {
            this.kind = requireNonNull(kind, "kind");
            this.request = requireNonNull(request, "request");
            this.duration = requireNonNull(duration, "duration");
            this.token = token;
            this.failure = failure;
            this.attempts = List.copyOf(attempts);
        }

        /** {@return what happened} */
        public Kind kind() {
            return kind;
        }

        /** {@return what was asked for; without a deadline, since callers with different ones share a token} */
        public TokenRequest request() {
            return request;
        }

        /**
         * How long it took.
         *
         * @return of {@link Kind#WAITED} how long the caller waited. Of a request that ended, the time since the start
         *     of the call or refresh that it began for. Of an assertion, the time its source took. Of {@link
         *     Kind#CLOCK_JUMPED} by how much the wall clock is ahead of the steady one, negative if behind. Otherwise
         *     zero
         */
        public Duration duration() {
            return duration;
        }

        /** {@return the name of the token's source; empty without a token} */
        public Optional<String> source() {
            return Optional.ofNullable(token).map(AccessToken::source);
        }

        /** {@return whose token it is; empty without one, and if it does not say} */
        public Optional<Principal> principal() {
            return Optional.ofNullable(token).flatMap(AccessToken::principal);
        }

        /** {@return when the token expires; of {@link Kind#REFRESH_FAILED} the old one; empty without a token} */
        public Optional<Instant> expiresOn() {
            return Optional.ofNullable(token).map(AccessToken::expiresOn);
        }

        /** {@return why there is no token, or no next one; empty if nothing failed} */
        public Optional<TokenAcquisitionException> failure() {
            return Optional.ofNullable(failure);
        }

        /** {@return what became of each source, in the order of the chain; empty where none was asked} */
        public List<TokenAttempt> attempts() {
            return attempts;
        }

        /** What happened, on one line. */
        @Override
        public String toString() {
            StringBuilder text = new StringBuilder(kind.name()).append(' ').append(request.resource());
            source().ifPresent(source -> text.append(" from ").append(source));
            principal().ifPresent(principal -> text.append(" as ").append(principal));
            if (!duration.isZero()) {
                text.append(" (").append(duration.toMillis()).append(" ms)");
            }
            failure()
                    .ifPresent(failed ->
                            text.append(": ").append(failed.code()).append(", ").append(failed.reason()));
            return text.toString();
        }
    }
}
