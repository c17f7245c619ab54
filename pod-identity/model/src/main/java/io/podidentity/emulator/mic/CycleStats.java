// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import java.time.Duration;

/** Counts what one cycle does, for the block that MIC writes after a cycle with work. */
final class CycleStats {

    /** What takes no time on the cluster's clock took none. */
    private static final String TEXT = """
            stats.go:183 ** stats collected **
            stats.go:162 Pod listing: 0s
            stats.go:162 AzureIdentity listing: 0s
            stats.go:162 AzureIdentityBinding listing: 0s
            stats.go:162 AzureAssignedIdentity listing: 0s
            stats.go:162 System: 0s
            stats.go:162 CacheSync: 0s
            stats.go:162 Cloud provider GET: 0s
            stats.go:162 Cloud provider PATCH: %s
            stats.go:162 AzureAssignedIdentity creation: 0s
            stats.go:162 AzureAssignedIdentity update: 0s
            stats.go:162 AzureAssignedIdentity deletion: 0s
            stats.go:170 Number of cloud provider PATCH: %d
            stats.go:170 Number of cloud provider GET: %d
            stats.go:170 Number of AzureAssignedIdentities created in this sync cycle: %d
            stats.go:170 Number of AzureAssignedIdentities updated in this sync cycle: %d
            stats.go:170 Number of AzureAssignedIdentities deleted in this sync cycle: %d
            stats.go:162 Find AzureAssignedIdentities to create: 0s
            stats.go:162 Find AzureAssignedIdentities to delete: 0s
            stats.go:162 Total time to assign or update AzureAssignedIdentities: %s
            stats.go:162 Total: %s
            stats.go:212 *********************
            """;

    int gets;
    int patches;
    Duration patching = Duration.ZERO;
    long created;
    long updated;
    long deleted;

    void log(MicLog log, Duration total) {
        log.block(TEXT.formatted(text(patching), patches, gets, created, updated, deleted, text(total), text(total)));
    }

    /** As Go writes whole seconds. */
    private static String text(Duration time) {
        String seconds = time.toSecondsPart() + "s";
        if (time.toMinutes() == 0) {
            return seconds;
        }
        return time.toMinutes() + "m" + seconds;
    }
}
