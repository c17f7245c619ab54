package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Whether there is a token for one resource. If it is up, the details say where the token comes from and when it
 * expires; if it is down, they say why and what to do. It is not part of a probe unless the application adds it to one,
 * because a restart does not create an identity.
 */
final class TokenProviderHealthIndicator implements HealthIndicator {
    private final AzureServiceTokenProvider provider;
    private final String resource;

    TokenProviderHealthIndicator(AzureServiceTokenProvider provider, String resource) {
        this.provider = provider;
        this.resource = resource;
    }

    @Override
    public Health health() {
        Explanation explanation = provider.explain(resource);
        Health.Builder health = new Health.Builder().withDetail("resource", resource);
        TokenAcquisitionException failure = explanation.failure().orElse(null);
        if (failure != null) {
            return health.down()
                    .withDetail("code", failure.code().name())
                    .withDetail("reason", failure.reason())
                    .withDetail("remedy", failure.remedy())
                    .build();
        }
        explanation.source().ifPresent(source -> health.up().withDetail("source", source));
        explanation
                .principal()
                .ifPresent(principal ->
                        health.withDetail("principalType", principal.type().name()));
        explanation.expiresOn().ifPresent(expiresOn -> health.withDetail("expiresOn", expiresOn));
        return health.build();
    }
}
