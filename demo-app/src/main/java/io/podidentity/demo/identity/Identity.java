package io.podidentity.demo.identity;

import io.podidentity.demo.problem.Attempt;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.Principal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The identity of the application, as the page and the API show it. It contains no token.
 *
 * @param source the source that got the token
 * @param principal the principal that the token names; null if it names none
 * @param resource the resource of the token
 * @param expiresOn when it expires
 * @param refreshOn when renewal begins; null if that is not known
 * @param attempts the result of each source
 */
public record Identity(
        String source,
        @Nullable Who principal,
        String resource,
        Instant expiresOn,
        @Nullable Instant refreshOn,
        List<Attempt> attempts) {

    /**
     * Reads the identity from an explanation.
     *
     * @throws io.podidentity.tokenprovider.TokenAcquisitionException the failure in the explanation, if it has no token
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
