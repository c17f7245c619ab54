package io.podidentity.tokenprovider.spring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The metric {@code tokenprovider.token.remaining}: how long the token of one resource is still valid, in seconds; NaN
 * while there is no token. A scrape never waits for a token: it reads the cached one, or starts a request, whose result
 * the next scrape sees.
 */
final class TokenProviderMetrics implements MeterBinder {
    private final AzureServiceTokenProvider provider;
    private final TokenRequest request;
    private final Clock clock;

    TokenProviderMetrics(AzureServiceTokenProvider provider, String resource, Clock clock) {
        this.provider = provider;
        this.request = TokenRequest.forResource(resource);
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        TimeGauge.builder("tokenprovider.token.remaining", this, TimeUnit.SECONDS, TokenProviderMetrics::remaining)
                .description("How long the token is still valid; NaN if there is none")
                .tag("resource", request.resource())
                .register(registry);
    }

    private double remaining() {
        CompletableFuture<AccessToken> token = provider.getAuthenticationResultAsync(request);
        if (!token.isDone() || token.isCompletedExceptionally()) {
            return Double.NaN;
        }
        return Duration.between(clock.instant(), token.join().expiresOn()).toMillis() / 1000.0;
    }
}
