// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.mic.VirtualMachines.Refusal;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Carries out what a cycle has to do on one machine: objects first, then Azure, then the objects' states. */
record MachineUpdate(
        LiveCluster cluster, VirtualMachines machines, EmulatorClock clock, MicLog log, Consumer<Event> events) {

    /** @param desired all assigned identities that there should be, on whatever machine */
    void update(String machine, Changes changes, Collection<AzureAssignedIdentity> desired, CycleStats stats)
            throws InterruptedException {
        log.info(
                "mic.go:1040",
                "processing node " + machine + ", add [" + changes.create().size() + "], del ["
                        + changes.delete().size() + "], update ["
                        + changes.update().size() + "]");
        writeObjects(changes);
        Optional<Refusal> failure = updateAzure(machine, changes, desired, stats);
        if (failure.isPresent()) {
            logFailure(machine, changes, failure.get());
            stats.gets++;
        }
        stats.created += settleAll(machine, changes.create(), failure);
        stats.updated += settleAll(machine, changes.update(), failure);
        stats.deleted += removeAll(machine, changes.delete(), desired, failure);
    }

    private void writeObjects(Changes changes) {
        for (AzureAssignedIdentity assigned : changes.create()) {
            if (assigned.state() == State.NONE) {
                log.info("crd.go:514", "creating assigned id " + assigned.name());
                cluster.put(assigned.withState(State.CREATED));
            }
        }
        for (AzureAssignedIdentity assigned : changes.update()) {
            log.info("crd.go:546", "updating assigned id " + assigned.name());
            cluster.put(assigned.withState(State.CREATED));
        }
    }

    /** @return how many of them the machine has */
    private int settleAll(String machine, List<AzureAssignedIdentity> all, Optional<Refusal> failure) {
        int settled = 0;
        for (AzureAssignedIdentity assigned : all) {
            if (settle(machine, assigned, failure)) {
                settled++;
            }
        }
        return settled;
    }

    /** @return how many of the objects are gone */
    private int removeAll(
            String machine,
            List<AzureAssignedIdentity> all,
            Collection<AzureAssignedIdentity> desired,
            Optional<Refusal> failure) {
        int removed = 0;
        for (AzureAssignedIdentity assigned : all) {
            if (remove(machine, assigned, desired, failure)) {
                removed++;
            }
        }
        return removed;
    }

    private Optional<Refusal> updateAzure(
            String machine, Changes changes, Collection<AzureAssignedIdentity> desired, CycleStats stats)
            throws InterruptedException {
        List<String> add = managed(changes.wanted());
        List<String> remove = managed(changes.unwanted().stream()
                .filter(assigned -> assigned.state() == State.ASSIGNED || assigned.state() == State.NONE)
                .filter(assigned -> !isInUse(assigned, desired))
                .toList());
        if (add.isEmpty() && remove.isEmpty()) {
            log.info("cloudprovider.go:181", "No identities to assign or un-assign");
            return Optional.empty();
        }
        stats.gets++;
        if (!machines.isChange(machine, add, remove)) {
            return Optional.empty();
        }
        log.machineUpdate(machine, add.size(), remove.size());
        Instant began = clock.instant();
        Optional<Refusal> refusal = ArmRetry.ofMic(clock)
                .run(() -> machines.update(machine, add, remove), error -> withoutErroneous(add, remove, error));
        stats.patches++;
        stats.patching = stats.patching.plus(Duration.between(began, clock.instant()));
        return refusal;
    }

    /** Takes the identities that Azure complains of out of what is added, so that they do not keep the others off. */
    private boolean withoutErroneous(List<String> add, List<String> remove, Refusal error) {
        boolean removedAny = false;
        for (String erroneous : error.identities()) {
            if (add.removeIf(erroneous::equalsIgnoreCase)) {
                log.info("cloudprovider.go:224", "removing " + erroneous + " from ID list since it is erroneous");
                removedAny = true;
            }
        }
        if (!removedAny || (add.isEmpty() && remove.isEmpty())) {
            return false;
        }
        String remaining = Stream.concat(add.stream(), remove.stream())
                .map(id -> id.toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" "));
        log.info("cloudprovider.go:231", "attempting to retry with ID list [" + remaining + "]");
        return true;
    }

    /**
     * Puts back what machines have lost behind MIC's back of what was assigned, say by an update of the cluster. What
     * a machine has and should not is left there.
     */
    void restore(Collection<AzureAssignedIdentity> assigned) throws InterruptedException {
        for (var lacking : machines.missing(VirtualMachines.desired(assigned)).entrySet()) {
            log.info(
                    "mic.go:1444",
                    "reconciling identity assignment for [" + String.join(" ", lacking.getValue()) + "] on node "
                            + lacking.getKey());
            log.machineUpdate(lacking.getKey(), lacking.getValue().size(), 0);
            machines.update(lacking.getKey(), lacking.getValue(), List.of())
                    .ifPresent(error -> log.error(
                            "mic.go:1446",
                            "failed to update user-assigned identities on node " + lacking.getKey() + ", error: "
                                    + error.message()));
        }
    }

    private void logFailure(String machine, Changes changes, Refusal error) {
        log.error(
                "mic.go:1111",
                "failed to update user-assigned identities on node " + machine + " (add ["
                        + changes.create().size() + "], del ["
                        + changes.delete().size() + "], update["
                        + changes.update().size() + "]), error: " + error.message());
    }

    /** Resource IDs of managed identities, each once; a service principal sits on no machine. */
    private static List<String> managed(List<AzureAssignedIdentity> assigned) {
        return assigned.stream()
                .map(AzureAssignedIdentity::identity)
                .filter(AzureIdentity::isManagedIdentity)
                .map(AzureIdentity::resourceId)
                .distinct()
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** Whether another pod on the same machine has an identity of that client ID. */
    private static boolean isInUse(AzureAssignedIdentity assigned, Collection<AzureAssignedIdentity> desired) {
        String machine = VirtualMachines.machineOf(assigned.nodeName());
        return desired.stream()
                .filter(other -> !other.pod().name().equals(assigned.pod().name()))
                .filter(other -> VirtualMachines.machineOf(other.nodeName()).equals(machine))
                .anyMatch(other ->
                        other.identity().clientId().equals(assigned.identity().clientId()));
    }

    /** @return whether the machine has the identity */
    private boolean settle(String machine, AzureAssignedIdentity assigned, Optional<Refusal> failure) {
        AzureIdentity identity = assigned.identity();
        String where = assigned.nodeName();
        if (failure.isPresent() && identity.isManagedIdentity() && !machines.has(machine, identity.resourceId())) {
            String message = "failed to apply binding " + assigned.binding().name() + " node " + where + " for pod "
                    + assigned.pod() + ", error: " + failure.get().message();
            record(true, "binding apply error", assigned, message);
            log.error("mic.go:1129", message);
            return false;
        }
        if (failure.isPresent()) {
            String line = "identity " + identity.name() + " has successfully been assigned to node " + where;
            log.info("mic.go:1136", line);
        }
        writeState(assigned, State.ASSIGNED);
        String applied = (failure.isPresent() ? "binding " : "Binding ")
                + assigned.binding().name().name() + " applied on node " + where + " for pod "
                + assigned.name().name();
        record(false, "binding applied", assigned, applied);
        return true;
    }

    /** @return whether the object is gone */
    private boolean remove(
            String machine,
            AzureAssignedIdentity assigned,
            Collection<AzureAssignedIdentity> desired,
            Optional<Refusal> failure) {
        if (failure.isEmpty()) {
            writeState(assigned, State.UNASSIGNED);
            cluster.remove(assigned);
            return true;
        }
        AzureIdentity identity = assigned.identity();
        String where = assigned.nodeName();
        boolean isLeft = identity.isManagedIdentity()
                && !isInUse(assigned, desired)
                && machines.has(machine, identity.resourceId());
        if (isLeft) {
            logNotRemoved(assigned, failure.get());
            return false;
        }
        log.info(
                "mic.go:1181",
                "updating msis on node " + where + " failed, but identity " + identity.name()
                        + " has successfully been removed from node");
        cluster.remove(assigned);
        log.info("mic.go:1189", "deleted assigned identity " + assigned.name());
        return true;
    }

    private void logNotRemoved(AzureAssignedIdentity assigned, Refusal failure) {
        log.error(
                "mic.go:1177",
                "failed to remove AzureIdentityBinding "
                        + assigned.binding().name().name() + " from node " + assigned.nodeName() + " for pod "
                        + assigned.pod() + ", error: " + failure.message());
    }

    private void writeState(AzureAssignedIdentity assigned, State state) {
        String text = "updating AzureAssignedIdentity " + assigned.name() + " status to " + state.text();
        log.info("crd.go:777", text);
        cluster.put(assigned.withState(state));
    }

    private void record(boolean warning, String reason, AzureAssignedIdentity assigned, String message) {
        events.accept(
                new Event(clock.instant(), warning, reason, assigned.binding().name(), message));
    }
}
