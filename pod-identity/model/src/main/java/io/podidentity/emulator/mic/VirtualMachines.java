// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The machines under the nodes and the identities that Azure has put on them. The nodes of a scale set share theirs. A
 * change takes as long as AKS's documentation says: up to 20 s for a machine, up to 60 s for a scale set. Thread-safe.
 *
 * @since 0.1.0
 */
public final class VirtualMachines {

    private static final Duration MACHINE_TAKES = Duration.ofSeconds(15);
    private static final Duration SCALE_SET_TAKES = Duration.ofSeconds(50);
    /** The resource group of the nodes. */
    private static final String GROUP = "podid-node";

    private static final Pattern SCALE_SET_NODE = Pattern.compile("(.*vmss)[0-9a-z]{6}");

    /** Azure Resource Manager refuses to put identities on a machine; the message is its own. */
    public record Refusal(String message) {

        private static final Pattern IDENTITY = Pattern.compile(
                "/subscriptions/[^/'\",]+/resourcegroups/[^/'\",]+/providers/Microsoft\\.ManagedIdentity"
                        + "/userAssignedIdentities/[^/'\",\\s]+",
                Pattern.CASE_INSENSITIVE);

        /** The resource IDs that the message names, in its order. */
        public List<String> identities() {
            return IDENTITY.matcher(message)
                    .results()
                    .map(match -> match.group())
                    .distinct()
                    .toList();
        }
    }

    private final EmulatorClock clock;
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private final Map<String, Set<String>> identities = new TreeMap<>();

    // @GuardedBy("lock")
    private final Map<String, String> refusals = new TreeMap<>();

    public VirtualMachines(EmulatorClock clock) {
        this.clock = clock;
    }

    /** Other machines with the same identities and refusals as these have now. */
    public VirtualMachines copy(EmulatorClock otherClock) {
        var copy = new VirtualMachines(otherClock);
        synchronized (lock) {
            identities.forEach((machine, ids) -> copy.preset(machine, ids));
            refusals.forEach(copy::refuse);
        }
        return copy;
    }

    /** The machine of a node, or the scale set to which the machine belongs. */
    public static String machineOf(String node) {
        var scaleSet = SCALE_SET_NODE.matcher(node);
        return scaleSet.matches() ? scaleSet.group(1) : node;
    }

    static boolean isScaleSet(String machine) {
        return machine.endsWith("vmss");
    }

    /** The resource IDs that each machine should have by what MIC has assigned. */
    public static Map<String, Set<String>> desired(Collection<AzureAssignedIdentity> assigned) {
        var desired = new TreeMap<String, Set<String>>();
        for (AzureAssignedIdentity assignment : assigned) {
            if (assignment.state() == State.ASSIGNED && assignment.identity().isManagedIdentity()) {
                desired.computeIfAbsent(machineOf(assignment.nodeName()), machine -> new TreeSet<>())
                        .add(assignment.identity().resourceId());
            }
        }
        return desired;
    }

    /** The resource IDs that each machine lacks of those; machines that lack nothing are left out. */
    public Map<String, List<String>> missing(Map<String, ? extends Collection<String>> desired) {
        var missing = new TreeMap<String, List<String>>();
        for (var machine : desired.entrySet()) {
            List<String> lacking = machine.getValue().stream()
                    .filter(id -> !has(machine.getKey(), id))
                    .toList();
            if (!lacking.isEmpty()) {
                missing.put(machine.getKey(), lacking);
            }
        }
        return missing;
    }

    /** From now on Azure refuses to put that identity anywhere; a null message ends that. */
    public void refuse(String resourceId, String message) {
        synchronized (lock) {
            refusals.put(key(resourceId), message);
        }
    }

    /** Resource IDs, as they were assigned. */
    public List<String> identitiesOn(String machine) {
        synchronized (lock) {
            return List.copyOf(identities.getOrDefault(machine, Set.of()));
        }
    }

    boolean has(String machine, String resourceId) {
        return identitiesOn(machine).stream().anyMatch(resourceId::equalsIgnoreCase);
    }

    /** Puts identities there at once, as they were before the cluster was looked at. */
    public void preset(String machine, Collection<String> resourceIds) {
        synchronized (lock) {
            identities.computeIfAbsent(machine, name -> new LinkedHashSet<>()).addAll(resourceIds);
        }
    }

    /**
     * Changes the identities of a machine by one call, which takes its time if it changes anything.
     *
     * @return why one of those to add is refused; then nothing is changed
     */
    public Optional<Refusal> update(String machine, Collection<String> add, Collection<String> remove)
            throws InterruptedException {
        Optional<Refusal> refusal = refusal(machine, add);
        if (refusal.isPresent()) {
            return refusal;
        }
        if (isChange(machine, add, remove)) {
            clock.await(isScaleSet(machine) ? SCALE_SET_TAKES : MACHINE_TAKES);
        }
        synchronized (lock) {
            Set<String> present = identities.computeIfAbsent(machine, name -> new LinkedHashSet<>());
            present.removeIf(id -> contains(remove, id) && !contains(add, id));
            add.stream().filter(id -> !contains(present, id)).forEach(present::add);
        }
        return Optional.empty();
    }

    /** Whether {@link #update} would change anything; what is both added and removed stays. */
    boolean isChange(String machine, Collection<String> add, Collection<String> remove) {
        return add.stream().anyMatch(id -> !has(machine, id))
                || remove.stream().anyMatch(id -> has(machine, id) && !contains(add, id));
    }

    private Optional<Refusal> refusal(String machine, Collection<String> add) {
        String messages;
        synchronized (lock) {
            messages = add.stream()
                    .flatMap(id -> Stream.ofNullable(refusals.get(key(id))))
                    .collect(Collectors.joining("; "));
        }
        if (messages.isEmpty()) {
            return Optional.empty();
        }
        String client = isScaleSet(machine) ? "VirtualMachineScaleSetsClient" : "VirtualMachinesClient";
        return Optional.of(new Refusal("failed to update identities for " + machine + " in " + GROUP
                + ", error: compute." + client + "#Update: Failure sending request: " + messages));
    }

    private static boolean contains(Collection<String> ids, String id) {
        return ids.stream().anyMatch(id::equalsIgnoreCase);
    }

    private static String key(String resourceId) {
        return resourceId.toLowerCase(Locale.ROOT);
    }
}
