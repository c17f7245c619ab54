package io.podidentity.tokenprovider.spring;

import java.time.Instant;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Whether the application has the tokens that it names or has used: down if it has none of a resource that it asked
 * for in the last half hour, and unknown as long as it has asked for none. It tells what was last seen, asks nobody
 * and so answers at once. It is not part of a probe unless the application adds it to one, because a restart does not
 * create an identity.
 */
record TokenProviderHealthIndicator(TokenWatch watch) implements HealthIndicator {

    @Override
    public Health health() {
        Instant now = watch.now();
        List<SeenToken> tokens = watch.seen();
        Health.Builder health = new Health.Builder().unknown();
        if (tokens.stream().anyMatch(token -> token.isMissing(now))) {
            health.down();
        } else if (tokens.stream().anyMatch(token -> token.isValid(now))) {
            health.up();
        }
        return health.withDetail("tokens", watch.report()).build();
    }
}
