// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.MatchRules;
import java.time.Duration;
import java.util.Optional;

/**
 * NMI's version and flags. Immutable.
 *
 * @param rules version, {@code --forceNamespaced} and {@code --MICNamespace}
 * @param metadataHeaderRequired {@code --metadata-header-required}
 * @param blockInstanceMetadata {@code --block-instance-metadata}
 * @since 0.1.0
 */
public record NmiSettings(
        MatchRules rules, boolean metadataHeaderRequired, boolean blockInstanceMetadata, Retries retries) {

    private static final Retries DEFAULT_RETRIES = new Retries(false, 16, 4, Duration.ofSeconds(5));

    /**
     * How NMI waits for an identity.
     *
     * @param retryAfter {@code --set-retry-after-header}
     * @param forCreated {@code --retry-attempts-for-created}
     * @param forAssigned {@code --retry-attempts-for-assigned}
     * @param interval {@code --find-identity-retry-interval}, in seconds there
     */
    public record Retries(boolean retryAfter, int forCreated, int forAssigned, Duration interval) {}

    /** @throws IllegalArgumentException for flags with which NMI exits at start-up */
    public NmiSettings {
        if (rules.profile() == Profile.MANAGED && !rules.forceNamespaced()) {
            throw new IllegalArgumentException("managed mode not intialized in force namespaced mode");
        }
    }

    /** The flags' defaults. */
    public static NmiSettings of(Profile profile) {
        return of(MatchRules.of(profile));
    }

    /** The defaults of all flags that {@code rules} does not hold. */
    public static NmiSettings of(MatchRules rules) {
        return new NmiSettings(rules, rules.profile().isAtLeast(1, 8, 4), false, DEFAULT_RETRIES);
    }

    public NmiSettings withMetadataHeaderRequired(boolean required) {
        return new NmiSettings(rules, required, blockInstanceMetadata, retries);
    }

    public NmiSettings withBlockInstanceMetadata(boolean block) {
        return new NmiSettings(rules, metadataHeaderRequired, block, retries);
    }

    public NmiSettings withRetries(boolean retryAfter, int forCreated, int forAssigned, Duration interval) {
        var other = new Retries(retryAfter, forCreated, forAssigned, interval);
        return new NmiSettings(rules, metadataHeaderRequired, blockInstanceMetadata, other);
    }

    Profile profile() {
        return rules.profile();
    }

    NmiWords words() {
        return profile().isAtLeast(1, 6, 0) ? new NmiWords16(profile()) : new NmiWords15();
    }

    /** Whether a request lacks the header by which a program shows that it means the metadata service. */
    boolean isMetadataHeaderMissing(Request request) {
        return metadataHeaderRequired && !request.header("Metadata").equals(Optional.of("true"));
    }
}
