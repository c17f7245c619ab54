// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Duration;
import java.util.List;

/**
 * The tokens of one source for one audience, as proofs in requests for other tokens: the tokens of a managed identity
 * as the assertions of an application, or those of a blueprint for its agent identities. They are cached like any other
 * tokens.
 */
final class CachedProofs implements TokenSource {
    final TokenSource source;
    final String audience;
    private final TokenCache cache;

    CachedProofs(TokenSource source, String audience, TokenCache cache) {
        this.source = source;
        this.audience = audience;
        this.cache = cache;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Outcome acquire(TokenRequest request) {
        Duration limit = request.deadline().orElseThrow();
        try {
            TokenRequest wanted = TokenRequest.forResource(audience)
                    .withTenantId(request.tenantId().orElse(null))
                    .withAgent(request.agent().orElse(null))
                    .withForceRefresh(request.forceRefresh());
            return new Acquired(cache.get(wanted, limit).token);
        } catch (TokenAcquisitionException e) {
            String reason = e.reason();
            String remedy = e.remedy();
            List<TokenAttempt> attempts = e.attempts();
            if (!attempts.isEmpty()) {
                TokenAttempt last = attempts.get(attempts.size() - 1);
                reason = last.reason();
                remedy = last.remedy();
            }
            if (!ChainRun.actsAsAgents(source)) {
                // A blueprint's own reason says already which of the steps failed.
                reason = "no assertion from " + name() + ": " + reason;
            }
            throw new TokenAcquisitionException(
                    e.code(), reason, remedy, null, e.retryAfter().orElse(null));
        }
    }
}
