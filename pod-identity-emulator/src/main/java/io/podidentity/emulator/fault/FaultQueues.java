package io.podidentity.emulator.fault;

import io.podidentity.emulator.arm.ArmFaults;
import io.podidentity.emulator.http.Endpoint;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The faults ordered through {@link Faults} that the servers have not used yet. Thread-safe. */
public final class FaultQueues {

    final Queue<Fault> imds = new ConcurrentLinkedQueue<>();
    final Queue<Fault> entra = new ConcurrentLinkedQueue<>();
    final Queue<Fault> storage = new ConcurrentLinkedQueue<>();
    final Queue<Fault> nmi = new ConcurrentLinkedQueue<>();
    final Queue<CallerFault> callers = new ConcurrentLinkedQueue<>();

    final ArmFaults resourceManager = new ArmFaults();

    void clear() {
        imds.clear();
        entra.clear();
        storage.clear();
        nmi.clear();
        callers.clear();
        resourceManager.clear();
    }

    public ArmFaults resourceManager() {
        return resourceManager;
    }

    public Endpoint beforeImds(Endpoint endpoint) {
        return before(endpoint, imds);
    }

    public Endpoint beforeEntra(Endpoint endpoint) {
        return before(endpoint, entra);
    }

    public Endpoint beforeStorage(Endpoint endpoint) {
        return before(endpoint, storage);
    }

    public Endpoint beforeNmi(Endpoint endpoint) {
        return before(endpoint, nmi);
    }

    /** How NMI sees the pod of the next request. */
    public CallerFault nextCaller() {
        CallerFault fault = callers.poll();
        return fault == null ? CallerFault.NONE : fault;
    }

    private static @Nullable Fault next(Queue<Fault> queue) {
        synchronized (queue) {
            Fault fault = queue.peek();
            return fault == null || fault.isStanding() ? fault : queue.poll();
        }
    }

    private static Endpoint before(Endpoint endpoint, Queue<Fault> queue) {
        return request -> {
            Fault fault = next(queue);
            return fault == null ? endpoint.answer(request) : fault.insteadOf(() -> endpoint.answer(request));
        };
    }
}
