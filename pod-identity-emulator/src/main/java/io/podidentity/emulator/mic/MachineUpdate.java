package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.LiveCluster;
import io.podidentity.emulator.time.EmulatorClock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Carries out what a cycle has to do on one machine: objects first, then Azure, then the objects' states. */
final class MachineUpdate {

    private final LiveCluster cluster;
    private final VirtualMachines machines;
    private final EmulatorClock clock;
    private final MicLog log;
    private final Consumer<Event> events;

    MachineUpdate(
            LiveCluster cluster, VirtualMachines machines, EmulatorClock clock, MicLog log, Consumer<Event> events) {
        this.cluster = cluster;
        this.machines = machines;
        this.clock = clock;
        this.log = log;
        this.events = events;
    }

    /** @param desired all assigned identities that there should be, on whatever machine */
    void update(String machine, Changes changes, Collection<AzureAssignedIdentity> desired)
            throws InterruptedException {
        log.info("processing node " + machine + ", add [" + changes.create().size() + "], del ["
                + changes.delete().size() + "], update [" + changes.update().size() + "]");
        changes.create().stream()
                .filter(assigned -> assigned.state() == State.NONE)
                .forEach(assigned -> {
                    log.info("creating assigned id " + assigned.name());
                    put(assigned.withState(State.CREATED));
                });
        changes.update().forEach(assigned -> put(assigned.withState(State.CREATED)));
        Optional<MachineUpdateException> failure = updateAzure(machine, changes, desired);
        changes.wanted().forEach(assigned -> settle(machine, assigned, failure));
        changes.delete().forEach(assigned -> remove(machine, assigned, desired, failure));
    }

    private Optional<MachineUpdateException> updateAzure(
            String machine, Changes changes, Collection<AzureAssignedIdentity> desired) throws InterruptedException {
        List<String> add = managed(changes.wanted());
        List<String> remove = managed(changes.unwanted().stream()
                .filter(assigned -> assigned.state() == State.ASSIGNED || assigned.state() == State.NONE)
                .filter(assigned -> !isInUse(assigned, desired))
                .toList());
        if (add.stream().allMatch(id -> machines.has(machine, id))
                && remove.stream().noneMatch(id -> machines.has(machine, id))) {
            return Optional.empty();
        }
        log.machineUpdate(machine, add.size(), remove.size());
        var errors = new ArrayList<MachineUpdateException>();
        try {
            ArmRetry.ofMic(clock).run(() -> machines.update(machine, add, remove), error -> {
                errors.add(error);
                // One bad identity must not keep the others off the machine.
                add.removeIf(id -> error.identities().stream().anyMatch(id::equalsIgnoreCase));
                return true;
            });
        } catch (MachineUpdateException e) {
            errors.add(e);
        }
        errors.stream().findFirst().ifPresent(error -> logFailure(machine, changes, error));
        return errors.stream().findFirst();
    }

    /** Puts back what machines have lost of what was assigned. */
    void restore(Collection<AzureAssignedIdentity> assigned) throws InterruptedException {
        var desired = Reconciliation.desired(assigned);
        var current = new TreeMap<String, List<String>>();
        desired.keySet().forEach(machine -> current.put(machine, machines.identitiesOn(machine)));
        for (var lacking : Reconciliation.missing(current, desired).entrySet()) {
            log.machineUpdate(lacking.getKey(), lacking.getValue().size(), 0);
            try {
                machines.update(lacking.getKey(), lacking.getValue(), List.of());
            } catch (MachineUpdateException e) {
                log.error("failed to update user-assigned identities on node " + lacking.getKey() + ", error: "
                        + e.getMessage());
            }
        }
    }

    private void logFailure(String machine, Changes changes, MachineUpdateException error) {
        log.error("failed to update user-assigned identities on node " + machine + " (add ["
                + changes.create().size() + "], del [" + changes.delete().size() + "], update["
                + changes.update().size() + "]), error: " + error.getMessage());
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

    private void settle(String machine, AzureAssignedIdentity assigned, Optional<MachineUpdateException> failure) {
        AzureIdentity identity = assigned.identity();
        if (failure.isPresent() && identity.isManagedIdentity() && !machines.has(machine, identity.resourceId())) {
            String message = "failed to apply binding " + assigned.binding().name() + " node " + assigned.nodeName()
                    + " for pod " + assigned.pod() + ", error: " + failure.get().getMessage();
            event(true, "binding apply error", assigned, message);
            log.error(message);
            return;
        }
        log.info("updating AzureAssignedIdentity " + assigned.name() + " status to " + State.ASSIGNED.text());
        put(assigned.withState(State.ASSIGNED));
        event(
                false,
                "binding applied",
                assigned,
                "Binding " + assigned.binding().name().name() + " applied on node " + assigned.nodeName() + " for pod "
                        + assigned.name().name());
    }

    private void remove(
            String machine,
            AzureAssignedIdentity assigned,
            Collection<AzureAssignedIdentity> desired,
            Optional<MachineUpdateException> failure) {
        AzureIdentity identity = assigned.identity();
        if (failure.isPresent()
                && identity.isManagedIdentity()
                && !isInUse(assigned, desired)
                && machines.has(machine, identity.resourceId())) {
            log.error("failed to remove AzureIdentityBinding "
                    + assigned.binding().name().name() + " from node " + assigned.nodeName() + " for pod "
                    + assigned.pod() + ", error: " + failure.get().getMessage());
            return;
        }
        log.info("updating AzureAssignedIdentity " + assigned.name() + " status to " + State.UNASSIGNED.text());
        put(assigned.withState(State.UNASSIGNED));
        log.info("deleting assigned id " + assigned.name());
        cluster.change(now -> now.without(assigned));
    }

    private void put(AzureAssignedIdentity assigned) {
        cluster.change(now -> now.with(List.of(assigned)));
    }

    private void event(boolean warning, String reason, AzureAssignedIdentity assigned, String message) {
        events.accept(
                new Event(clock.instant(), warning, reason, assigned.binding().name(), message));
    }
}
