package io.podidentity.emulator.mic;

import io.podidentity.emulator.time.EmulatorClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The machines under the nodes and the identities that Azure has put on them. The nodes of a scale set share theirs. A
 * change takes as long as AKS's documentation says: up to 20 s for a machine, up to 60 s for a scale set. Thread-safe.
 */
public final class VirtualMachines {

    private static final Duration MACHINE_TAKES = Duration.ofSeconds(15);
    private static final Duration SCALE_SET_TAKES = Duration.ofSeconds(50);
    /** The resource group of the nodes. */
    private static final String GROUP = "podid-node";

    private static final Pattern SCALE_SET_NODE = Pattern.compile("(.*vmss)[0-9a-z]{6}");

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
     * @throws MachineUpdateException if one of those to add is refused; then nothing is changed
     */
    public void update(String machine, Collection<String> add, Collection<String> remove)
            throws MachineUpdateException, InterruptedException {
        requireAllowed(machine, add);
        if (isChange(machine, add, remove)) {
            clock.await(isScaleSet(machine) ? SCALE_SET_TAKES : MACHINE_TAKES);
        }
        synchronized (lock) {
            Set<String> present = identities.computeIfAbsent(machine, name -> new LinkedHashSet<>());
            present.removeIf(id -> contains(remove, id) && !contains(add, id));
            add.stream().filter(id -> !contains(present, id)).forEach(present::add);
        }
    }

    /** Whether {@link #update} would change anything; what is both added and removed stays. */
    boolean isChange(String machine, Collection<String> add, Collection<String> remove) {
        return add.stream().anyMatch(id -> !has(machine, id))
                || remove.stream().anyMatch(id -> has(machine, id) && !contains(add, id));
    }

    private void requireAllowed(String machine, Collection<String> add) throws MachineUpdateException {
        var messages = new ArrayList<String>();
        synchronized (lock) {
            add.forEach(id -> {
                if (refusals.containsKey(key(id))) {
                    messages.add(refusals.get(key(id)));
                }
            });
        }
        if (!messages.isEmpty()) {
            String client = isScaleSet(machine) ? "VirtualMachineScaleSetsClient" : "VirtualMachinesClient";
            throw new MachineUpdateException("failed to update identities for " + machine + " in " + GROUP
                    + ", error: compute." + client + "#Update: Failure sending request: "
                    + String.join("; ", messages));
        }
    }

    private static boolean contains(Collection<String> ids, String id) {
        return ids.stream().anyMatch(id::equalsIgnoreCase);
    }

    private static String key(String resourceId) {
        return resourceId.toLowerCase(Locale.ROOT);
    }
}
