package io.podidentity.emulator.mic;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds identities that a machine has lost behind MIC's back, say by an update of the cluster; from 1.6.3. What a
 * machine has and should not is left there.
 */
public final class Reconciliation {

    private Reconciliation() {}

    /** The resource IDs that each machine should have. */
    public static Map<String, Set<String>> desired(Collection<AzureAssignedIdentity> assigned) {
        var desired = new TreeMap<String, Set<String>>();
        for (AzureAssignedIdentity one : assigned) {
            if (one.state() == State.ASSIGNED && one.identity().isManagedIdentity()) {
                desired.computeIfAbsent(VirtualMachines.machineOf(one.nodeName()), machine -> new TreeSet<>())
                        .add(one.identity().resourceId());
            }
        }
        return desired;
    }

    /** The resource IDs that each machine lacks; machines that lack nothing are left out. */
    public static Map<String, List<String>> missing(
            Map<String, ? extends Collection<String>> current, Map<String, ? extends Collection<String>> desired) {
        var missing = new TreeMap<String, List<String>>();
        desired.forEach((machine, wanted) -> {
            Collection<String> present = current.containsKey(machine) ? current.get(machine) : List.of();
            List<String> lacking = wanted.stream()
                    .filter(id -> present.stream().noneMatch(id::equalsIgnoreCase))
                    .toList();
            if (!lacking.isEmpty()) {
                missing.put(machine, lacking);
            }
        });
        return missing;
    }
}
