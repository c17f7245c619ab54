// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.IdentityResourceId;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The managed identity controller: keeps the assigned identities in the cluster and the identities on its machines as
 * bindings and labels want them. Each cycle compares what should be with what is.
 *
 * <p>Thread-safety: one cycle at a time.
 *
 * @see <a href="https://github.com/Azure/aad-pod-identity/blob/v1.8.17/pkg/mic/mic.go">mic.go</a>
 * @since 0.1.0
 */
public final class Mic {

    /** Keeps MIC's objects from being deleted by others; from 1.6.1. */
    public static final String FINALIZER = "azureassignedidentity.finalizers.aadpodidentity.k8s.io";

    private final LiveCluster cluster;
    private final MatchRules rules;
    private final EmulatorClock clock;
    private final MicLog log;
    private final MachineUpdate machines;
    private int cycles;
    private int workingCycles;

    /**
     * Starts with nothing done.
     *
     * @param log takes its log lines
     * @param events takes the events that it records
     */
    public Mic(
            LiveCluster cluster,
            MatchRules rules,
            VirtualMachines machines,
            EmulatorClock clock,
            Consumer<String> log,
            Consumer<Event> events) {
        this.cluster = cluster;
        this.rules = rules;
        this.clock = clock;
        this.log = new MicLog(rules.profile(), clock, log);
        this.machines = new MachineUpdate(cluster, machines, clock, this.log, events);
    }

    public void logStart() {
        log.start(rules.forceNamespaced());
    }

    /**
     * Runs one cycle, with all the time that Azure takes.
     *
     * @return whether there was anything to do
     * @throws InterruptedException if the thread is interrupted while Azure takes its time
     */
    public boolean cycle() throws InterruptedException {
        Cluster now = cluster.now();
        var matcher = new IdentityMatcher(now, rules);
        matcher.ignored().forEach(this::logIgnored);
        List<PodMatch> matches = now.pods().stream()
                .filter(pod -> pod.bindingLabel().isPresent())
                .map(matcher::match)
                .toList();
        matches.forEach(log::reasons);
        Map<String, AzureAssignedIdentity> desired = Changes.desired(matches, rules);
        Map<String, Changes> changes = Changes.between(byName(now.all(AzureAssignedIdentity.class)), desired);
        var stats = new CycleStats();
        Instant began = clock.instant();
        for (Map.Entry<String, Changes> change : changes.entrySet()) {
            machines.update(change.getKey(), change.getValue(), desired.values(), stats);
        }
        cycles++;
        if (!changes.isEmpty()) {
            workingCycles++;
            logWork(now, matches.size());
            stats.log(log, Duration.between(began, clock.instant()));
        }
        return !changes.isEmpty();
    }

    /**
     * Puts identities back on machines that have lost them; from 1.6.3, every three minutes there.
     *
     * @throws InterruptedException if the thread is interrupted while Azure takes its time
     */
    public void reconcile() throws InterruptedException {
        if (rules.profile().isAtLeast(1, 6, 3)) {
            machines.restore(cluster.now().all(AzureAssignedIdentity.class));
        }
    }

    private static Map<String, AzureAssignedIdentity> byName(List<AzureAssignedIdentity> assigned) {
        var map = new LinkedHashMap<String, AzureAssignedIdentity>();
        assigned.forEach(identity -> map.put(identity.name().name(), identity));
        return map;
    }

    private void logIgnored(AzureIdentity identity) {
        log.error(
                "mic.go:963",
                "ignoring azure identity " + identity.name() + ", error: invalid resource id: \""
                        + identity.resourceId() + "\", must match " + IdentityResourceId.SHAPE);
    }

    private void logWork(Cluster now, int pods) {
        log.info(
                "mic.go:525",
                "work done: true. Found " + pods + " pods, " + now.count(AzureIdentity.class) + " ids, "
                        + now.count(AzureIdentityBinding.class) + " bindings");
        log.info("mic.go:526", "total work cycles: " + cycles + ", out of which work was done in: " + workingCycles);
    }
}
