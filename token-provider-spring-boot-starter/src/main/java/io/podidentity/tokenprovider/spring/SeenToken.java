package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was last seen of the token for a resource. No token is in it.
 *
 * @param resource the resource
 * @param source the source of the token; null if there is none
 * @param principal whose token it is; null if that is not known
 * @param expiresOn when it expires; null if there is none
 * @param failure why there is no token, or no next one; null if nothing failed
 * @param attempts what became of each source; empty if none was asked
 */
record SeenToken(
        String resource,
        @Nullable String source,
        @Nullable Principal principal,
        @Nullable Instant expiresOn,
        @Nullable TokenAcquisitionException failure,
        List<TokenAttempt> attempts) {

    /** What is known of a resource whose token nobody has asked for. */
    static SeenToken notAskedFor(String resource) {
        return new SeenToken(resource, null, null, null, null, List.of());
    }

    /** Whether there is a token that is still valid. */
    boolean isValid(Instant now) {
        return expiresOn != null && now.isBefore(expiresOn);
    }

    /** Whether the old token is used because there is no next one. */
    boolean isStale(Instant now) {
        return failure != null && isValid(now);
    }
}
