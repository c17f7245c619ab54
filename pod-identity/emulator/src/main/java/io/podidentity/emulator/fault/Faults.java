// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.fault;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.fault.FaultPlan.Server;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Pending faults, one queue per server: the next requests get them in order, later requests get the right answers
 * again. One that is {@linkplain Fault#standing() standing} stays until {@link #clear}. Thread-safe; arguments are not
 * null.
 *
 * @since 0.1.0
 */
public final class Faults {

    private final FaultPlan plan;

    /** Orders faults of the servers that the plan is given to. */
    public Faults(FaultPlan plan) {
        this.plan = plan;
    }

    /** Adds faults for the next requests to the metadata service, one each. */
    public Faults imds(Fault... faults) {
        return add(Server.IMDS, faults);
    }

    /**
     * Adds the same fault for the next {@code times} requests to the metadata service.
     *
     * @throws IllegalArgumentException if {@code times} is negative
     */
    public Faults imds(int times, Fault fault) {
        return add(Server.IMDS, Collections.nCopies(times, fault).toArray(Fault[]::new));
    }

    /** Adds faults for the next requests to Entra, one each; the discovery document counts as one too. */
    public Faults entra(Fault... faults) {
        return add(Server.ENTRA, faults);
    }

    /** Adds faults for the next requests to the blob endpoint, one each. */
    public Faults storage(Fault... faults) {
        return add(Server.STORAGE, faults);
    }

    /**
     * Adds faults for the next requests of pods to NMI, one each, in place of what NMI would say.
     *
     * @throws IllegalArgumentException for {@link Fault#refused}
     */
    public Faults nmi(Fault... faults) {
        return add(Server.NMI, faults);
    }

    private Faults add(Server server, Fault... faults) {
        for (Fault fault : faults) {
            plan.add(server, requireNonNull(fault, "fault"));
        }
        return this;
    }

    /**
     * Makes NMI not find the pod that asks, for the next {@code times} requests: it looks for 1.2 s of the cluster's
     * time and says that its list is empty, in the words of its version.
     *
     * @throws IllegalArgumentException if {@code times} is negative
     */
    public Faults unknownPod(int times) {
        plan.addCallers(times, FaultPlan.ADDRESS_OF_NO_POD);
        return this;
    }

    /**
     * Makes NMI find two pods at the address of the one that asks, for the next {@code times} requests.
     *
     * @throws IllegalArgumentException if {@code times} is negative
     */
    public Faults ambiguousPod(int times) {
        plan.addCallers(times, FaultPlan.ADDRESS_OF_TWO_PODS);
        return this;
    }

    /** The faults that have not been used yet or that stand, in words, by server. */
    public Map<String, List<String>> pending() {
        return plan.pending();
    }

    /** Removes the faults that have not been used yet, and ends those that stand; revoked tokens are valid again. */
    public void clear() {
        plan.clear();
    }
}
