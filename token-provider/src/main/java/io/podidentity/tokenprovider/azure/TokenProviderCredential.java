package io.podidentity.tokenprovider.azure;

import static java.util.Objects.requireNonNull;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Any client of the Azure SDK with the tokens of an {@link AzureServiceTokenProvider}:
 *
 * <pre>{@code
 * new BlobServiceClientBuilder().credential(new TokenProviderCredential(provider))
 * }</pre>
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. A cached token is answered without a block, also in the
 * reactive form.
 */
public final class TokenProviderCredential implements TokenCredential {
    private final AzureServiceTokenProvider provider;

    /**
     * @param provider where the tokens come from
     */
    public TokenProviderCredential(AzureServiceTokenProvider provider) {
        this.provider = requireNonNull(provider, "provider");
    }

    @Override
    public Mono<AccessToken> getToken(TokenRequestContext context) {
        return Mono.defer(() -> Mono.fromFuture(provider.getAuthenticationResultAsync(request(context))))
                .map(TokenProviderCredential::sdkToken);
    }

    /**
     * @throws io.podidentity.tokenprovider.TokenAcquisitionException if there is no token
     */
    @Override
    public AccessToken getTokenSync(TokenRequestContext context) {
        return sdkToken(provider.getAuthenticationResult(request(context)));
    }

    private static TokenRequest request(TokenRequestContext context) {
        List<String> scopes = context.getScopes();
        if (scopes.size() != 1) {
            throw new IllegalArgumentException("exactly one scope is needed, but " + scopes.size() + " were given");
        }
        return TokenRequest.forScope(scopes.get(0))
                .withTenantId(context.getTenantId())
                .withClaims(context.getClaims());
    }

    private static AccessToken sdkToken(io.podidentity.tokenprovider.AccessToken token) {
        return new AccessToken(token.value(), offset(token.expiresOn()), offsetOrNull(token.refreshOn()));
    }

    private static OffsetDateTime offset(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC);
    }

    private static @Nullable OffsetDateTime offsetOrNull(@Nullable Instant instant) {
        return instant == null ? null : offset(instant);
    }
}
