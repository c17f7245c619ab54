// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.azure;

import static java.util.Objects.requireNonNull;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.exception.ClientAuthenticationException;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
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
 * <p>Where there is no token it fails as the SDK's own credentials do, with the {@link TokenAcquisitionException} as
 * the cause: by a {@code CredentialUnavailableException} if no source applies here and azure-identity is on the class
 * path, so that a {@code ChainedTokenCredential} asks its next credential; else by a {@link
 * ClientAuthenticationException}. Only an interrupt of the calling thread is told by the {@code
 * TokenAcquisitionException} itself.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. A cached token is answered without a block, also in the
 * reactive form.
 *
 * @since 0.1.0
 */
public final class TokenProviderCredential implements TokenCredential {
    /**
     * What the SDK's clients are told: they may ask for a newer token whenever they like, and do so every 30 s. The
     * provider answers from its cache, refreshes behind them, and notices a change of account.
     */
    private static final OffsetDateTime REFRESH_AT_ANY_TIME = Instant.EPOCH.atOffset(ZoneOffset.UTC);

    /** Whether azure-identity may be there: false once it was looked for and is not. */
    private static volatile boolean identityIsThere = true;

    private final AzureServiceTokenProvider provider;
    /** The last answer to a request for one scope and nothing else, which is what the clients send nearly always. */
    private volatile @Nullable Answer last;

    /**
     * A credential over a provider.
     *
     * @param provider where the tokens come from; its cache and its settings are used as they are
     * @throws NullPointerException if it is null
     */
    public TokenProviderCredential(AzureServiceTokenProvider provider) {
        this.provider = requireNonNull(provider, "provider");
    }

    @Override
    public Mono<AccessToken> getToken(TokenRequestContext context) {
        return Mono.defer(() -> Mono.fromFuture(provider.getAuthenticationResultAsync(request(context))))
                .map(TokenProviderCredential::sdkToken)
                .onErrorMap(TokenAcquisitionException.class, TokenProviderCredential::sdkException);
    }

    /**
     * @throws ClientAuthenticationException if there is no token; see the class
     */
    @Override
    public AccessToken getTokenSync(TokenRequestContext context) {
        try {
            return cachedOrNew(context);
        } catch (TokenAcquisitionException e) {
            throw sdkException(e);
        }
    }

    private AccessToken cachedOrNew(TokenRequestContext context) {
        Answer answer = last;
        if (answer != null && answer.fits(context)) {
            io.podidentity.tokenprovider.AccessToken token = provider.getAuthenticationResult(answer.request);
            if (!answer.isOf(token)) {
                answer = new Answer(answer.scope, answer.request, token, sdkToken(token));
                last = answer;
            }
            return answer.sdkToken;
        }
        TokenRequest request = request(context);
        io.podidentity.tokenprovider.AccessToken token = provider.getAuthenticationResult(request);
        AccessToken sdkToken = sdkToken(token);
        if (context.getTenantId() == null && context.getClaims() == null) {
            last = new Answer(context.getScopes().get(0), request, token, sdkToken);
        }
        return sdkToken;
    }

    private static RuntimeException sdkException(TokenAcquisitionException e) {
        String message = String.valueOf(e.getMessage());
        if (e.code() == Code.NO_SOURCE_AVAILABLE && identityIsThere) {
            try {
                return IdentityCredentials.unavailable(message, e);
            } catch (LinkageError absent) {
                // Then there is no chain of azure-identity's that would have to know the difference.
                identityIsThere = false;
            }
        }
        if (e.code() == Code.INTERRUPTED) {
            return e;
        }
        return new ClientAuthenticationException(message, null, e);
    }

    private static TokenRequest request(TokenRequestContext context) {
        List<String> scopes = context.getScopes();
        if (scopes.size() != 1) {
            throw new IllegalArgumentException("exactly one scope is needed, but " + scopes.size() + " were given");
        }
        return TokenRequest.forScope(scopes.get(0))
                .withTenantId(context.getTenantId())
                .withClaims(context.getClaims())
                .withCaeEnabled(context.isCaeEnabled());
    }

    private static AccessToken sdkToken(io.podidentity.tokenprovider.AccessToken token) {
        return new AccessToken(token.value(), token.expiresOn().atOffset(ZoneOffset.UTC), REFRESH_AT_ANY_TIME);
    }

    /** A scope, and its token as the provider and as the SDK have it. */
    private record Answer(
            String scope, TokenRequest request, io.podidentity.tokenprovider.AccessToken token, AccessToken sdkToken) {
        boolean fits(TokenRequestContext context) {
            List<String> scopes = context.getScopes();
            return scopes.size() == 1
                    && scopes.get(0).equals(scope)
                    && context.isCaeEnabled() == request.caeEnabled()
                    && context.getTenantId() == null
                    && context.getClaims() == null;
        }

        /** Whether it holds this very token; the cache hands out the same object until it has another one. */
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(io.podidentity.tokenprovider.AccessToken now) {
            return now == token;
        }
    }
}
