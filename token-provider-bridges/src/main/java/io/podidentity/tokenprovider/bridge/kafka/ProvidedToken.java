package io.podidentity.tokenprovider.bridge.kafka;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.jspecify.annotations.Nullable;

/**
 * A token as Kafka wants it. Not a record: Kafka logs in anew before it logs the old token out, by {@code equals}, and
 * the provider may have given the same token both times.
 */
final class ProvidedToken implements OAuthBearerToken {
    private final AccessToken token;

    ProvidedToken(AccessToken token) {
        this.token = token;
    }

    @Override
    public String value() {
        return token.value();
    }

    /** None: what a token of Entra ID may do is a matter of roles. */
    @Override
    public Set<String> scope() {
        return Set.of();
    }

    @Override
    public long lifetimeMs() {
        return token.expiresOn().toEpochMilli();
    }

    /** The name in Kafka's log; Event Hubs itself goes by the token. */
    @Override
    public String principalName() {
        return token.principal().flatMap(ProvidedToken::name).orElse("unknown");
    }

    private static Optional<String> name(Principal principal) {
        Optional<String> own =
                principal.type() == Principal.Type.USER ? principal.userPrincipalName() : principal.appId();
        return own.or(principal::objectId);
    }

    /** Not told: Kafka then reckons its refresh from the time of the login, not from long ago for a cached token. */
    @Override
    public @Nullable Long startTimeMs() {
        return null;
    }

    @Override
    public String toString() {
        return token.toString();
    }
}
