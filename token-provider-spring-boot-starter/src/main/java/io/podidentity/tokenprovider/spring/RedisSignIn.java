package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who signs in to Redis, and with what.
 *
 * @param user the name in Redis; null for the object ID of the identity, which it is in Azure
 * @see <a href="https://learn.microsoft.com/azure/redis/entra-for-authentication">Entra ID for Redis</a>
 */
record RedisSignIn(
        AzureServiceTokenProvider provider,
        String resource,
        @Nullable String user) {

    /** @throws IllegalStateException if there is no name */
    String userOf(AccessToken token) {
        if (user != null) {
            return user;
        }
        return token.principal()
                .flatMap(Principal::objectId)
                .orElseThrow(() -> new IllegalStateException("The token names no object ID, which is the user name in"
                        + " Azure's Redis. Set spring.data.redis.username."));
    }
}
