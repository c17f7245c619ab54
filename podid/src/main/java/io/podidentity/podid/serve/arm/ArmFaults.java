package io.podidentity.podid.serve.arm;

import java.util.Iterator;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Pending failures: each is used by the first request that it matches. Thread-safe. */
public final class ArmFaults {

    private final Queue<ArmFault> faults = new ConcurrentLinkedQueue<>();

    /**
     * Adds a failure.
     *
     * @param order {@code METHOD PATH-PART STATUS CODE}; with the status {@code failed} the request succeeds, but
     *     the operation that it starts fails
     * @throws IllegalArgumentException if it is not of that form
     */
    public void add(String order) {
        faults.add(ArmFault.parse(order));
    }

    /** The first one that matches this request; it is then used up. */
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
