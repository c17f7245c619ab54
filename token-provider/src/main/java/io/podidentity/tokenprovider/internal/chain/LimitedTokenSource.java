package io.podidentity.tokenprovider.internal.chain;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Duration;

/** A managed identity that is retried for at most {@code MsiRetryTimeout}. */
final class LimitedTokenSource implements TokenSource {
    private final TokenSource source;
    private final Duration limit;

    LimitedTokenSource(TokenSource source, Duration limit) {
        this.source = source;
        this.limit = limit;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        if (request.deadline().orElseThrow().compareTo(limit) <= 0) {
            return source.acquire(request);
        }
        try {
            return source.acquire(request.withDeadline(limit));
        } catch (TokenAcquisitionException e) {
            if (!e.isTransient()) {
                throw e;
            }
            String remedy = "Retries stop after MsiRetryTimeout=" + limit.toSeconds() + ". " + e.remedy();
            throw new TokenAcquisitionException(
                    e.code(),
                    e.reason(),
                    remedy.strip(),
                    e.getCause(),
                    e.retryAfter().orElse(null));
        }
    }
}
