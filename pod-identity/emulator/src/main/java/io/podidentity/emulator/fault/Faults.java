package io.podidentity.emulator.fault;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.server.LoopbackServer;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Pending faults, one queue per server: the next requests get them in order, later requests get the right answers
 * again. One that is {@linkplain Fault#standing() standing} stays until {@link #clear}. Thread-safe; arguments are not
 * null.
 *
 * @since 0.1.0
 */
public final class Faults {

    /** The address of no pod. */
    private static final String UNKNOWN = "10.244.255.254";

    /** The address of two pods. */
    public static final String AMBIGUOUS = "10.244.255.253";

    /** What can give wrong answers. */
    public enum Server {
        IMDS,
        NMI,
        ENTRA,
        STORAGE;

        /** As {@link #pending} calls it. */
        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Server, FaultQueue> queues = new EnumMap<>(Server.class);

    /** From which pods ask, as NMI sees it. */
    private final Queue<String> callers = new ConcurrentLinkedQueue<>();

    /** No server has any. */
    public Faults() {
        for (Server server : Server.values()) {
            queues.put(server, new FaultQueue());
        }
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
            queue(server).add(requireNonNull(fault, "fault"));
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
        callers.addAll(Collections.nCopies(times, UNKNOWN));
        return this;
    }

    /**
     * Makes NMI find two pods at the address of the one that asks, for the next {@code times} requests.
     *
     * @throws IllegalArgumentException if {@code times} is negative
     */
    public Faults ambiguousPod(int times) {
        callers.addAll(Collections.nCopies(times, AMBIGUOUS));
        return this;
    }

    /** The faults that have not been used yet or that stand, in words, by server. */
    public Map<String, List<String>> pending() {
        return queues.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        queue -> queue.getKey().word(),
                        queue -> queue.getValue().pending()));
    }

    /** Removes the faults that have not been used yet, and ends those that stand. */
    public void clear() {
        queues.values().forEach(FaultQueue::clear);
        callers.clear();
    }

    /**
     * For the emulator's own use: the endpoint, but for the faults of that server.
     *
     * @param port which {@link Fault#refused} closes; null for a server with several
     */
    public Endpoint before(Server server, Endpoint endpoint, @Nullable LoopbackServer port) {
        FaultQueue queue = queue(server);
        queue.ofPort(port);
        return request -> {
            Fault fault = queue.next();
            return fault == null ? endpoint.answer(request) : fault.insteadOf(() -> endpoint.answer(request));
        };
    }

    /** For the emulator's own use: from which address the next request comes, if not from its pod's own. */
    public Optional<String> nextCaller() {
        return Optional.ofNullable(callers.poll());
    }

    private FaultQueue queue(Server server) {
        return requireNonNull(queues.get(server));
    }

    /** The faults of one server that it has not used yet. Thread-safe. */
    private static final class FaultQueue {

        private final Queue<Fault> faults = new ArrayDeque<>();
        private @Nullable LoopbackServer port;

        synchronized void ofPort(@Nullable LoopbackServer server) {
            port = server;
        }

        /** @throws IllegalArgumentException for one that the server cannot have */
        synchronized void add(Fault fault) {
            if (fault.isRefusing()) {
                if (port == null) {
                    throw new IllegalArgumentException("This server has several ports and cannot refuse connections");
                }
                port.refuse();
            }
            faults.add(fault);
        }

        synchronized void clear() {
            faults.clear();
            if (port != null) {
                port.listen();
            }
        }

        synchronized List<String> pending() {
            return faults.stream().map(Fault::toString).toList();
        }

        synchronized @Nullable Fault next() {
            Fault fault = faults.peek();
            return fault == null || fault.isStanding() ? fault : faults.poll();
        }
    }
}
