package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Duration;
import java.util.List;

/** The tokens of a managed identity as the assertions of an application, kept and refreshed as any tokens are. */
final class CachedAssertions implements TokenSource {
    private final TokenSource identity;
    private final String audience;
    private final TokenCache cache;

    /**
     * @param audience the resource of the tokens
     * @param cache that of the identity alone
     */
    CachedAssertions(TokenSource identity, String audience, TokenCache cache) {
        this.identity = identity;
        this.audience = audience;
        this.cache = cache;
    }

    @Override
    public String name() {
        return identity.name();
    }

    @Override
    public Outcome acquire(TokenRequest request) {
        Duration limit = request.deadline().orElseThrow();
        try {
            TokenRequest wanted = TokenRequest.forResource(audience).withForceRefresh(request.forceRefresh());
            return new Acquired(cache.get(wanted, limit).token);
        } catch (TokenAcquisitionException e) {
            List<TokenAttempt> attempts = e.attempts();
            TokenAttempt last = attempts.isEmpty() ? null : attempts.get(attempts.size() - 1);
            throw new TokenAcquisitionException(
                    e.code(),
                    "no assertion from " + name() + ": " + (last == null ? e.reason() : last.reason()),
                    last == null ? e.remedy() : last.remedy(),
                    null,
                    e.retryAfter().orElse(null));
        }
    }
}
