package io.podidentity.emulator.mic;

import java.time.Duration;

/** Counts what one cycle does, for the block that MIC writes after a cycle with work. */
final class CycleStats {

    private static final String TIME = "stats.go:162";
    private static final String NUMBER = "stats.go:170";

    int gets;
    int patches;
    Duration patching = Duration.ZERO;
    long created;
    long updated;
    long deleted;

    /** Writes the block. What takes no time on the cluster's clock took none. */
    void log(MicLog log, Duration total) {
        log.info("stats.go:183", "** stats collected **");
        for (String listed : new String[] {
            "Pod listing",
            "AzureIdentity listing",
            "AzureIdentityBinding listing",
            "AzureAssignedIdentity listing",
            "System",
            "CacheSync",
            "Cloud provider GET"
        }) {
            log.info(TIME, listed + ": 0s");
        }
        log.info(TIME, "Cloud provider PATCH: " + text(patching));
        for (String change : new String[] {"creation", "update", "deletion"}) {
            log.info(TIME, "AzureAssignedIdentity " + change + ": 0s");
        }
        log.info(NUMBER, "Number of cloud provider PATCH: " + patches);
        log.info(NUMBER, "Number of cloud provider GET: " + gets);
        number(log, "created", created);
        number(log, "updated", updated);
        number(log, "deleted", deleted);
        log.info(TIME, "Find AzureAssignedIdentities to create: 0s");
        log.info(TIME, "Find AzureAssignedIdentities to delete: 0s");
        log.info(TIME, "Total time to assign or update AzureAssignedIdentities: " + text(total));
        log.info(TIME, "Total: " + text(total));
        log.info("stats.go:212", "*********************");
    }

    private static void number(MicLog log, String done, long count) {
        log.info(NUMBER, "Number of AzureAssignedIdentities " + done + " in this sync cycle: " + count);
    }

    /** As Go writes whole seconds. */
    private static String text(Duration time) {
        long seconds = time.toSeconds();
        return (seconds < 60 ? "" : seconds / 60 + "m") + seconds % 60 + "s";
    }
}
