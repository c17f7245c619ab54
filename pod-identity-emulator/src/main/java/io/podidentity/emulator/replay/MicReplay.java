package io.podidentity.emulator.replay;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.mic.Mic;
import io.podidentity.emulator.mic.VirtualMachines;
import io.podidentity.emulator.time.SkippingClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;

/** Runs one cycle of MIC as if the pod had just been created in a cluster that already has everything else. */
final class MicReplay {

    private final LiveCluster cluster;
    private final MicPart part;

    MicReplay(Cluster start, MatchRules rules, VirtualMachines machines, SkippingClock clock) {
        this.cluster = new LiveCluster(start);
        var log = new ArrayList<String>();
        Instant began = clock.instant();
        var mic = new Mic(cluster, rules, machines, clock, log::add, event -> {});
        try {
            mic.cycle();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        this.part = new MicPart(
                cluster.now().all(AzureAssignedIdentity.class), Duration.between(began, clock.instant()), log);
    }

    /** With the assigned identities that MIC has written. */
    Cluster cluster() {
        return cluster.now();
    }

    MicPart part() {
        return part;
    }
}
