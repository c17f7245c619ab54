// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.time.Instant;
import java.util.List;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Whether the application has the tokens that its settings name: down if one of them was asked for in the last half
 * hour, and there is none. Other tokens that were used are shown and decide nothing, since a guest's tenant or a try
 * may be refused without harm. It is unknown as long as there is no valid token. It tells what was last seen, asks
 * nobody and so answers at once. It is not part of a probe unless the application adds it to one, because a restart
 * does not create an identity.
 */
record TokenProviderHealthIndicator(TokenWatch watch) implements HealthIndicator {

    @Override
    public Health health() {
        Instant now = watch.now();
        List<SeenToken> tokens = watch.seen();
        Health.Builder health = new Health.Builder().unknown();
        if (tokens.stream().anyMatch(token -> token.isMissing(now) && watch.isRequired(token.token()))) {
            health.down();
        } else if (tokens.stream().anyMatch(token -> token.isValid(now))) {
            health.up();
        }
        return health.withDetail("tokens", watch.report()).build();
    }
}
