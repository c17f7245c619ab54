package io.podidentity.emulator.fault;

import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.LoopbackServer;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The faults ordered through {@link Faults} that the servers have not used yet. Thread-safe. */
public final class FaultQueues {

    final FaultQueue imds = new FaultQueue();
    final FaultQueue entra = new FaultQueue();
    final FaultQueue storage = new FaultQueue();
    final FaultQueue nmi = new FaultQueue();
    final Queue<CallerFault> callers = new ConcurrentLinkedQueue<>();

    void clear() {
        imds.clear();
        entra.clear();
        storage.clear();
        nmi.clear();
        callers.clear();
    }

    /** Says how the ports are closed and opened again, for {@link Fault#refused}. */
    public void ofPorts(LoopbackServer ofImds, LoopbackServer ofEntra, LoopbackServer ofStorage) {
        imds.ofPort(ofImds::refuse, ofImds::listen);
        entra.ofPort(ofEntra::refuse, ofEntra::listen);
        storage.ofPort(ofStorage::refuse, ofStorage::listen);
    }

    public Endpoint beforeImds(Endpoint endpoint) {
        return imds.before(endpoint);
    }

    public Endpoint beforeEntra(Endpoint endpoint) {
        return entra.before(endpoint);
    }

    public Endpoint beforeStorage(Endpoint endpoint) {
        return storage.before(endpoint);
    }

    public Endpoint beforeNmi(Endpoint endpoint) {
        return nmi.before(endpoint);
    }

    /** How NMI sees the pod of the next request. */
    public CallerFault nextCaller() {
        CallerFault fault = callers.poll();
        return fault == null ? CallerFault.NONE : fault;
    }
}
