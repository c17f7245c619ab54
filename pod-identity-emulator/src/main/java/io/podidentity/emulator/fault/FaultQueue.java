package io.podidentity.emulator.fault;

import io.podidentity.emulator.http.Endpoint;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The faults of one server that it has not used yet. Thread-safe. */
final class FaultQueue {

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
                    throw new IllegalArgumentException("This server has several ports and cannot refuse connections");
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
