package io.podidentity.emulator.fault;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.fault.FaultQueues.CallerFault;
import io.podidentity.emulator.fault.FaultQueues.FaultQueue;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Pending faults, one queue per server: the next requests get them in order, later requests get the right answers
 * again. One that is {@linkplain Fault#standing() standing} stays until {@link #clear}. Thread-safe; arguments are not
 * null.
 */
public final class Faults {

    private final FaultQueues queues;

    /** Puts what is ordered into those queues. */
    public Faults(FaultQueues queues) {
        this.queues = queues;
    }

    /**
     * Adds faults for the next requests to the metadata service, one each.
     */
    public Faults imds(Fault... faults) {
        return add(queues.imds, faults);
    }

    /**
     * Adds the same fault for the next {@code times} requests to the metadata service.
     *
     * @throws IllegalArgumentException if {@code times} is negative
     */
    public Faults imds(int times, Fault fault) {
        requireNonNull(fault, "fault");
        Collections.nCopies(times, fault).forEach(queues.imds::add);
        return this;
    }

    /** Adds faults for the next requests to Entra, one each; the discovery document counts as one too. */
    public Faults entra(Fault... faults) {
        return add(queues.entra, faults);
    }

    /** Adds faults for the next requests to the blob endpoint, one each. */
    public Faults storage(Fault... faults) {
        return add(queues.storage, faults);
    }

    /**
     * Adds faults for the next requests of pods to NMI, one each, in place of what NMI would say.
     *
     * @throws IllegalArgumentException for {@link Fault#refused}
     */
    public Faults nmi(Fault... faults) {
        return add(queues.nmi, faults);
    }

    /**
     * Makes NMI not find the pod that asks, for the next {@code times} requests: it looks for 1.2 s of the cluster's
     * time and says that its list is empty, in the words of its version.
     *
     * @throws IllegalArgumentException if {@code times} is negative
     */
    public Faults unknownPod(int times) {
        queues.callers.addAll(Collections.nCopies(times, CallerFault.UNKNOWN));
        return this;
    }

    /**
     * Makes NMI find two pods at the address of the one that asks, for the next {@code times} requests.
     *
     * @throws IllegalArgumentException if {@code times} is negative
     */
    public Faults ambiguousPod(int times) {
        queues.callers.addAll(Collections.nCopies(times, CallerFault.AMBIGUOUS));
        return this;
    }

    /** The faults that have not been used yet or that stand, in words, by server. */
    public Map<String, List<String>> pending() {
        return Map.of(
                "imds", queues.imds.pending(),
                "nmi", queues.nmi.pending(),
                "entra", queues.entra.pending(),
                "storage", queues.storage.pending());
    }

    /** Removes the faults that have not been used yet, and ends those that stand. */
    public void clear() {
        queues.clear();
    }

    private Faults add(FaultQueue queue, Fault... faults) {
        for (Fault fault : faults) {
            queue.add(requireNonNull(fault, "fault"));
        }
        return this;
    }
}
