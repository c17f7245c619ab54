package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.match.MatchRules;
import java.time.Duration;

/**
 * NMI's version and flags. Immutable.
 *
 * @param rules version, {@code --forceNamespaced} and {@code --MICNamespace}
 * @param metadataHeaderRequired {@code --metadata-header-required}
 * @param blockInstanceMetadata {@code --block-instance-metadata}
 * @param setRetryAfterHeader {@code --set-retry-after-header}
 * @param retryAttemptsForCreated {@code --retry-attempts-for-created}
 * @param retryAttemptsForAssigned {@code --retry-attempts-for-assigned}
 * @param findIdentityRetryInterval {@code --find-identity-retry-interval}, in seconds there
 * @param jsonLog {@code --log-format=json}; has an effect from 1.7 on
 */
public record NmiSettings(
        MatchRules rules,
        boolean metadataHeaderRequired,
        boolean blockInstanceMetadata,
        boolean setRetryAfterHeader,
        int retryAttemptsForCreated,
        int retryAttemptsForAssigned,
        Duration findIdentityRetryInterval,
        boolean jsonLog) {

    private static final int ATTEMPTS_FOR_CREATED = 16;
    private static final int ATTEMPTS_FOR_ASSIGNED = 4;
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(5);

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

    /** The other flags' defaults. */
    public static NmiSettings of(MatchRules rules) {
        boolean headerRequired = rules.profile().isAtLeast(1, 8, 4);
        return new NmiSettings(
                rules,
                headerRequired,
                false,
                false,
                ATTEMPTS_FOR_CREATED,
                ATTEMPTS_FOR_ASSIGNED,
                RETRY_INTERVAL,
                false);
    }

    public NmiSettings withMetadataHeaderRequired(boolean required) {
        return new NmiSettings(
                rules,
                required,
                blockInstanceMetadata,
                setRetryAfterHeader,
                retryAttemptsForCreated,
                retryAttemptsForAssigned,
                findIdentityRetryInterval,
                jsonLog);
    }

    public NmiSettings withBlockInstanceMetadata(boolean block) {
        return new NmiSettings(
                rules,
                metadataHeaderRequired,
                block,
                setRetryAfterHeader,
                retryAttemptsForCreated,
                retryAttemptsForAssigned,
                findIdentityRetryInterval,
                jsonLog);
    }

    public NmiSettings withRetries(boolean retryAfter, int forCreated, int forAssigned, Duration interval) {
        return new NmiSettings(
                rules,
                metadataHeaderRequired,
                blockInstanceMetadata,
                retryAfter,
                forCreated,
                forAssigned,
                interval,
                jsonLog);
    }

    public NmiSettings withJsonLog(boolean json) {
        return new NmiSettings(
                rules,
                metadataHeaderRequired,
                blockInstanceMetadata,
                setRetryAfterHeader,
                retryAttemptsForCreated,
                retryAttemptsForAssigned,
                findIdentityRetryInterval,
                json);
    }

    Profile profile() {
        return rules.profile();
    }
}
