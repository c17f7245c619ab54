// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * An access token. Its text does not show it.
 *
 * @since 0.1.0
 */
public record IssuedToken(String value, Instant issuedAt, Instant expiresOn) {

    /** Entra ID's tokens are valid from some minutes before they are issued, for clocks that are slow. */
    static final Duration BEFORE_ISSUE = Duration.ofMinutes(5);

    private static final Duration LONG_LIFE = Duration.ofHours(2);

    public Instant notBefore() {
        return issuedAt.minus(BEFORE_ISSUE);
    }

    public long lifetimeSeconds() {
        return Duration.between(issuedAt, expiresOn).toSeconds();
    }

    /** When to ask for the next one, in seconds; Entra says so only for tokens of two hours or more. */
    public Optional<Long> refreshInSeconds() {
        return lifetimeSeconds() < LONG_LIFE.toSeconds() ? Optional.empty() : Optional.of(lifetimeSeconds() / 2);
    }

    @Override
    public String toString() {
        return "IssuedToken[expiresOn=" + expiresOn + "]";
    }
}
