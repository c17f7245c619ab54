// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.fault;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.http.RequestFilter;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.emulator.storage.ClaimsChallenge;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * The faults that {@link Faults} has ordered and that are pending, and the places at which the emulator's servers use
 * them up. Thread-safe.
 *
 * @since 0.1.0
 */
public final class FaultPlan {

    /** The address of no pod. */
    static final String ADDRESS_OF_NO_POD = "10.244.255.254";

    /** The address of two pods. */
    public static final String ADDRESS_OF_TWO_PODS = "10.244.255.253";

    /** A server that can give wrong answers. */
    public enum Server {
        IMDS,
        NMI,
        ENTRA,
        STORAGE;

        /** As {@link Faults#pending} calls it. */
        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Server, FaultQueue> queues = new EnumMap<>(Server.class);
    private final Queue<String> callers = new ConcurrentLinkedQueue<>();
    private final ClaimsChallenge claimsChallenge = new ClaimsChallenge();

    /** No fault is pending. */
    public FaultPlan() {
        for (Server server : Server.values()) {
            queues.put(server, new FaultQueue());
        }
    }

    /** Gives the server's pending faults in place of right answers. */
    public RequestFilter filter(Server server) {
        return queue(server);
    }

    /** The only port of a server, which {@link Fault#refused} closes; a server without one cannot refuse. */
    public void setPort(Server server, LoopbackServer port) {
        queue(server).setPort(port);
    }

    /** Takes the address from which NMI is to see the next request come, if that is not its pod's own. */
    public Optional<String> takeCaller() {
        return Optional.ofNullable(callers.poll());
    }

    /** Which tokens are revoked at the storage account. */
    public ClaimsChallenge claimsChallenge() {
        return claimsChallenge;
    }

    void add(Server server, Fault fault) {
        queue(server).add(fault);
    }

    void addCallers(int times, String address) {
        callers.addAll(Collections.nCopies(times, address));
    }

    Map<String, List<String>> pending() {
        return queues.keySet().stream().collect(Collectors.toUnmodifiableMap(Server::word, this::pendingOf));
    }

    private List<String> pendingOf(Server server) {
        var pending = new ArrayList<>(queue(server).pending());
        if (server == Server.STORAGE) {
            pending.addAll(Collections.nCopies(claimsChallenge.ordered(), "claims challenge"));
        }
        return List.copyOf(pending);
    }

    void clear() {
        queues.values().forEach(FaultQueue::clear);
        callers.clear();
        claimsChallenge.clear();
    }

    private FaultQueue queue(Server server) {
        return requireNonNull(queues.get(server));
    }

    /** The faults of one server that it has not used yet. Thread-safe. */
    private static final class FaultQueue implements RequestFilter {

        // @GuardedBy("this")
        private final Queue<Fault> faults = new ArrayDeque<>();
        // @GuardedBy("this")
        private Optional<LoopbackServer> port = Optional.empty();

        synchronized void setPort(LoopbackServer server) {
            port = Optional.of(server);
        }

        /** @throws IllegalArgumentException for a fault that the server cannot have */
        synchronized void add(Fault fault) {
            if (fault.isRefusing()) {
                port.orElseThrow(() -> new IllegalArgumentException(
                                "This server has several ports and cannot refuse connections"))
                        .refuse();
            }
            faults.add(fault);
        }

        synchronized void clear() {
            faults.clear();
            port.ifPresent(LoopbackServer::listen);
        }

        synchronized List<String> pending() {
            return faults.stream().map(Fault::toString).toList();
        }

        @Override
        public Answer filter(Request request, Endpoint next) {
            Optional<Fault> fault = take();
            if (fault.isEmpty()) {
                return next.answer(request);
            }
            return fault.get().insteadOf(() -> next.answer(request));
        }

        private synchronized Optional<Fault> take() {
            Fault fault = faults.peek();
            if (fault != null && !fault.isStanding()) {
                faults.remove();
            }
            return Optional.ofNullable(fault);
        }
    }
}
