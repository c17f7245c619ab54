package io.podidentity.tokenprovider.bridge.kafka;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.jspecify.annotations.Nullable;

/**
 * A token in the form that Kafka needs. It is not a record, because Kafka logs in again before it logs the old token
 * out, compares the two with {@code equals}, and the provider may have returned the same token both times.
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

    /** Empty: in Entra ID, roles decide what a token is allowed to do. */
    @Override
    public Set<String> scope() {
        return Set.of();
    }

    @Override
    public long lifetimeMs() {
        return token.expiresOn().toEpochMilli();
    }

    /** The name in the log of Kafka. Event Hubs itself uses only the token. */
    @Override
    public String principalName() {
        return token.principal().flatMap(ProvidedToken::name).orElse("unknown");
    }

    private static Optional<String> name(Principal principal) {
        Optional<String> own =
                principal.type() == Principal.Type.USER ? principal.userPrincipalName() : principal.appId();
        return own.or(principal::objectId);
    }

    /**
     * Unknown: Kafka then schedules its refresh from the time of the login, and not from the issue time of a cached
     * token, which may be long ago.
     */
    @Override
    public @Nullable Long startTimeMs() {
        return null;
    }

    @Override
    public String toString() {
        return token.toString();
    }
}
