package io.podidentity.emulator.replay;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.cluster.Pod;
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

    MicReplay(Cluster everything, Pod pod, MatchRules rules, SkippingClock clock) {
        this.cluster = new LiveCluster(alone(everything, pod));
        var machines = new VirtualMachines(clock);
        var log = new ArrayList<String>();
        Instant start = clock.instant();
        var mic = new Mic(cluster, rules, machines, clock, log::add, event -> {});
        try {
            mic.cycle();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        this.part = new MicPart(
                cluster.now().all(AzureAssignedIdentity.class), Duration.between(start, clock.instant()), log);
    }

    private static Cluster alone(Cluster everything, Pod pod) {
        Cluster alone = everything;
        for (Pod other : everything.pods()) {
            alone = other.name().equals(pod.name()) ? alone : alone.without(other);
        }
        for (AzureAssignedIdentity assigned : everything.all(AzureAssignedIdentity.class)) {
            alone = alone.without(assigned);
        }
        return alone;
    }

    /** With the assigned identities that MIC has written. */
    Cluster cluster() {
        return cluster.now();
    }

    MicPart part() {
        return part;
    }
}
