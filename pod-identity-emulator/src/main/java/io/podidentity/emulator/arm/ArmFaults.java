package io.podidentity.emulator.arm;

import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Failures that are to come: each meets one request, the first that fits. Thread-safe. */
public final class ArmFaults {

    private final Queue<ArmFault> faults = new ConcurrentLinkedQueue<>();

    /**
     * Adds a failure.
     *
     * @param order {@code METHOD PATH-PART STATUS CODE}; the status {@code failed} lets the operation fail that the
     *     request began
     * @throws IllegalArgumentException if it is not of that form
     */
    public void add(String order) {
        faults.add(ArmFault.parse(order));
    }

    public void clear() {
        faults.clear();
    }

    /** The first one for this request, which is then spent. */
    Optional<ArmFault> next(String method, ResourceId id) {
        for (Iterator<ArmFault> all = faults.iterator(); all.hasNext(); ) {
            ArmFault fault = all.next();
            if (fault.meets(method, id) && faults.remove(fault)) {
                return Optional.of(fault);
            }
        }
        return Optional.empty();
    }
}
