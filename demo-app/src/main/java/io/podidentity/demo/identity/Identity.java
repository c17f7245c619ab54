package io.podidentity.demo.identity;

import static java.util.Objects.requireNonNull;

import io.podidentity.demo.problem.Attempt;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.Principal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who the application is, as the page and the API show it. No token is in it.
 *
 * @param source the source that got the token
 * @param principal whose token it is; null when it does not say
 * @param resource what the token is for
 * @param expiresOn when it expires
 * @param refreshOn from when on a new one is asked for; null when that is not known
 * @param attempts what became of each source
 */
public record Identity(
        String source,
        @Nullable Principal principal,
        String resource,
        Instant expiresOn,
        @Nullable Instant refreshOn,
        List<Attempt> attempts) {

    /**
     * Takes an explanation apart.
     *
     * @throws io.podidentity.tokenprovider.TokenAcquisitionException the explanation's own, if it has no token
     */
    public static Identity of(Explanation explanation) {
        if (explanation.failure() != null) {
            throw explanation.failure();
        }
        return new Identity(
                requireNonNull(explanation.source(), "source"),
                explanation.principal(),
                explanation.resource(),
                requireNonNull(explanation.expiresOn(), "expiresOn"),
                explanation.refreshOn(),
                Attempt.of(explanation.attempts()));
    }
}
