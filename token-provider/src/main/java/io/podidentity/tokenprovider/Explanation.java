package io.podidentity.tokenprovider;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a token comes from, or why there is none: what was tried, how long it took, and what to do. No token is in it.
 *
 * <p><i>Thread-safety:</i> immutable.
 *
 * @param resource the resource that was asked for
 * @param source the name of the source that got the token; null when there is none
 * @param principal whose token it is; null when there is none or it does not say
 * @param expiresOn when the token expires; null when there is none
 * @param refreshOn from when on a new one is asked for behind the callers; null when there is none
 * @param failure why there is no token; null when there is one
 * @param attempts what became of each source, in the order of the chain
 */
public record Explanation(
        String resource,
        @Nullable String source,
        @Nullable Principal principal,
        @Nullable Instant expiresOn,
        @Nullable Instant refreshOn,
        @Nullable TokenAcquisitionException failure,
        List<TokenAttempt> attempts) {

    /**
     * An explanation of these parts, which are not checked against each other.
     *
     * @param resource the resource that was asked for
     * @param source the name of the source; null without a token
     * @param principal whose token it is; null if unknown
     * @param expiresOn when it expires; null without a token
     * @param refreshOn when the next is asked for; null without a token
     * @param failure why there is no token; null when there is one
     * @param attempts what became of each source; copied
     * @throws NullPointerException if {@code resource} or {@code attempts} is null
     */
    public Explanation {
        requireNonNull(resource, "resource");
        attempts = List.copyOf(attempts);
    }

    /** {@return whether there is a token} */
    public boolean hasToken() {
        return source != null;
    }

    /**
     * What else there is to know: that a managed identity is at hand too where a workload identity got the token.
     *
     * @return sentences; empty most of the time
     */
    public List<String> notes() {
        for (int i = 1; i < attempts.size(); i++) {
            TokenAttempt winner = attempts.get(i - 1);
            TokenAttempt next = attempts.get(i);
            // What a variable or the machine announces stands before the developer's tools.
            if (winner.source().equals("Workload identity")
                    && winner.state() == TokenAttempt.State.ACQUIRED
                    && next.state() == TokenAttempt.State.NOT_TRIED
                    && !next.source().equals("Azure CLI")) {
                return List.of("A managed identity may be at hand too (" + next.source()
                        + "); workload identity comes before it. AZURE_TOKEN_CREDENTIALS=ManagedIdentityCredential"
                        + " selects the other.");
            }
        }
        return List.of();
    }

    /** The explanation for people: a headline, then a line for each source. */
    @Override
    public String toString() {
        return ExplanationText.of(this);
    }

    /**
     * The explanation for programs.
     *
     * @return one JSON object with the members' own names; instants are ISO-8601, durations milliseconds
     */
    public String toJson() {
        return ExplanationJson.of(this);
    }
}
