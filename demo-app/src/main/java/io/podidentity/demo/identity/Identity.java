package io.podidentity.demo.identity;

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
        @Nullable Who principal,
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
        if (explanation.failure().isPresent()) {
            throw explanation.failure().get();
        }
        return new Identity(
                explanation.source().orElseThrow(),
                explanation.principal().map(Who::of).orElse(null),
                explanation.resource(),
                explanation.expiresOn().orElseThrow(),
                explanation.refreshOn().orElse(null),
                Attempt.of(explanation.attempts()));
    }

    /** A principal as the page and the API show it; null is what is not known of it. */
    public record Who(
            Principal.Type type,
            @Nullable String userPrincipalName,
            @Nullable String appId,
            @Nullable String objectId,
            @Nullable String tenantId,
            @Nullable String certificateThumbprint) {

        private static Who of(Principal principal) {
            return new Who(
                    principal.type(),
                    principal.userPrincipalName().orElse(null),
                    principal.appId().orElse(null),
                    principal.objectId().orElse(null),
                    principal.tenantId().orElse(null),
                    principal.certificateThumbprint().orElse(null));
        }
    }
}
