// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import java.io.Serial;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * There is no token, and why. The message names what failed, the server's own code and what to do next, a line for each
 * source; the methods give the same in parts. No token and no secret is in it.
 *
 * <p>A {@link TokenSource} throws it with a code, a reason and a remedy; the provider adds the attempts.
 *
 * @since 0.1.0
 */
public final class TokenAcquisitionException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    /** The kind of a failure. */
    public enum Code {
        /** No source applies here: nobody is logged in, and no identity is at hand. */
        NO_SOURCE_AVAILABLE,
        /** The issuer answered no: an unknown identity, a wrong secret, a resource that does not exist. */
        REFUSED,
        /** The issuer could not be reached, or answered that it is busy or broken; a later call may succeed. */
        SERVICE_UNAVAILABLE,
        /** The issuer's answer cannot be understood. */
        INVALID_RESPONSE,
        /** A setting of this source is wrong. */
        INVALID_CONFIGURATION,
        /** The deadline passed first. */
        TIMED_OUT,
        /** The calling thread was interrupted; its interrupt flag is set again. */
        INTERRUPTED
    }

    /** The kind of the failure; never null. */
    private final Code code;
    /** What failed and why; never null. */
    private final String reason;
    /** What to do next; may be empty. */
    private final String remedy;
    /** How long the server wants not to be asked again; null if it did not say. */
    private final @Nullable Duration retryAfter;

    /** What became of each source; null in what older versions wrote. */
    private final TokenAttempt @Nullable [] attempts;
    /** The claims that Entra ID wants the user's next token to satisfy, as JSON; null without any. */
    private final @Nullable String claims;

    /**
     * A source's own failure, which nothing else led to.
     *
     * @param code the kind
     * @param reason what failed and why, one sentence without a full stop and without any secret
     * @param remedy what to do next, one command or setting; may be empty
     */
    public TokenAcquisitionException(Code code, String reason, String remedy) {
        this(code, reason, remedy, null, null);
    }

    /**
     * A source's own failure.
     *
     * @param code the kind
     * @param reason what failed and why, one sentence without a full stop and without any secret
     * @param remedy what to do next, one command or setting; may be empty
     * @param cause what led to it, or null; its text becomes visible to users, so it must hold no secret either
     */
    public TokenAcquisitionException(Code code, String reason, String remedy, @Nullable Throwable cause) {
        this(code, reason, remedy, cause, null);
    }

    /**
     * A source's own failure, where the server said how long it wants not to be asked again.
     *
     * @param code the kind
     * @param reason what failed and why, one sentence without a full stop and without any secret
     * @param remedy what to do next, one command or setting; may be empty
     * @param cause what led to it, or null; as above
     * @param retryAfter how long the server wants not to be asked again; null if it did not say
     * @throws IllegalArgumentException if {@code retryAfter} is negative
     */
    public TokenAcquisitionException(
            Code code, String reason, String remedy, @Nullable Throwable cause, @Nullable Duration retryAfter) {
        this(
                code,
                reason,
                remedy,
                cause,
                requireNotNegative(retryAfter),
                List.of(),
                writeMessage(reason, remedy),
                null);
    }

    private static String writeMessage(String reason, String remedy) {
        if (remedy.isEmpty()) {
            return reason;
        }
        return reason + ". " + remedy;
    }

    private TokenAcquisitionException(
            Code code,
            String reason,
            String remedy,
            @Nullable Throwable cause,
            @Nullable Duration retryAfter,
            List<TokenAttempt> attempts,
            @Nullable String message,
            @Nullable String claims) {
        super(message, cause);
        this.code = requireNonNull(code, "code");
        this.reason = requireNonNull(reason, "reason");
        this.remedy = requireNonNull(remedy, "remedy");
        this.retryAfter = retryAfter;
        this.attempts = attempts.toArray(new TokenAttempt[0]);
        this.claims = claims;
    }

    /**
     * The same as the failure of a whole call, with the stack trace of the calling thread.
     *
     * @param message the text, without any secret
     * @param attempts what became of each source, in the order of the chain; copied
     * @return a new failure
     */
    public TokenAcquisitionException ofCall(String message, List<TokenAttempt> attempts) {
        return new TokenAcquisitionException(code, reason, remedy, getCause(), retryAfter, attempts, message, claims);
    }

    /**
     * The same failure with a claims challenge.
     *
     * @param challenge what {@link #claims()} will be
     * @return a new failure
     */
    public TokenAcquisitionException withClaims(String challenge) {
        return new TokenAcquisitionException(
                code, reason, remedy, getCause(), retryAfter, attempts(), getMessage(), requireNonNull(challenge));
    }

    private static @Nullable Duration requireNotNegative(@Nullable Duration retryAfter) {
        if (retryAfter != null && retryAfter.isNegative()) {
            throw new IllegalArgumentException("retryAfter must not be negative, but is " + retryAfter);
        }
        return retryAfter;
    }

    /** {@return how long the server wants not to be asked again; empty if it did not say} */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /**
     * The claims that the next sign-in must satisfy. Entra ID sends them where it refuses, most often a token on behalf
     * of a user with {@code interaction_required}. A service answers its caller with HTTP 401 and these claims in
     * Base64 (Microsoft Learn, "Claims challenges, claims requests and client capabilities").
     *
     * @return a JSON object; empty if Entra ID sent none
     */
    public Optional<String> claims() {
        return Optional.ofNullable(claims);
    }

    /** {@return the kind of this failure} */
    public Code code() {
        return code;
    }

    /** {@return what failed and why, one sentence without a full stop} */
    public String reason() {
        return reason;
    }

    /** {@return what to do next; empty where it is for each of the {@link #attempts()} to say} */
    public String remedy() {
        return remedy;
    }

    /** {@return whether the same call may succeed later with nothing changed} */
    public boolean isTransient() {
        return code == Code.SERVICE_UNAVAILABLE || code == Code.TIMED_OUT;
    }

    /**
     * What became of each source.
     *
     * @return an unmodifiable list in the order of the chain; empty in a source's own failure
     */
    public List<TokenAttempt> attempts() {
        if (attempts == null) {
            return List.of();
        }
        return List.of(attempts);
    }
}
