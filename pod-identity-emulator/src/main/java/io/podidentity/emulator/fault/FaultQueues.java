package io.podidentity.emulator.fault;

import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.LoopbackServer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

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

    /** The faults of one server that it has not used yet. Thread-safe. */
    static final class FaultQueue {

        private final Object lock = new Object();

        // @GuardedBy("lock")
        private final Queue<Fault> faults = new ArrayDeque<>();

        // @GuardedBy("lock"), null for a server that cannot
        private @Nullable Port port;

        /** Opens and closes the server's port. */
        private record Port(Runnable refuse, Runnable listen) {}

        /** Says how the server's port is closed and opened again. */
        void ofPort(Runnable refuse, Runnable listen) {
            synchronized (lock) {
                port = new Port(refuse, listen);
            }
        }

        /** @throws IllegalArgumentException for one that the server cannot have */
        void add(Fault fault) {
            synchronized (lock) {
                if (fault.isRefusing()) {
                    if (port == null) {
                        throw new IllegalArgumentException(
                                "This server has several ports and cannot refuse connections");
                    }
                    port.refuse().run();
                }
                faults.add(fault);
            }
        }

        void clear() {
            synchronized (lock) {
                faults.clear();
                if (port != null) {
                    port.listen().run();
                }
            }
        }

        List<String> pending() {
            synchronized (lock) {
                return faults.stream().map(Fault::toString).toList();
            }
        }

        private @Nullable Fault next() {
            synchronized (lock) {
                Fault fault = faults.peek();
                return fault == null || fault.isStanding() ? fault : faults.poll();
            }
        }

        /** The endpoint, but for the faults. */
        Endpoint before(Endpoint endpoint) {
            return request -> {
                Fault fault = next();
                return fault == null ? endpoint.answer(request) : fault.insteadOf(() -> endpoint.answer(request));
            };
        }
    }

    /** How NMI sees the pod that asks. */
    public enum CallerFault {
        NONE,
        UNKNOWN,
        AMBIGUOUS
    }
}
