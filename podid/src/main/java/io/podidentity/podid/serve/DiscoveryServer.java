package io.podidentity.podid.serve;

import io.podidentity.emulator.http.Limits;
import io.podidentity.emulator.http.LoopbackServer;
import io.podidentity.emulator.plan.Places;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The first of the fixed ports, at which programs of any language ask for the addresses of all others, since files and
 * variables of a container are not theirs.
 *
 * <p>Thread-safety: safe. Lifecycle: answers from {@link #open} until {@link #close}; what it is asked for before
 * {@link #show} waits for that.
 */
final class DiscoveryServer implements AutoCloseable {

    private static final Limits LIMITS = new Limits(16 << 10, 16 << 10, 256, Optional.of(Duration.ofSeconds(10)));

    private final @Nullable LoopbackServer server;
    private final CompletableFuture<Places> exposed;
    private final CompletableFuture<Served> served = new CompletableFuture<>();

    /** @param server null for none */
    private DiscoveryServer(@Nullable LoopbackServer server, CompletableFuture<Places> exposed) {
        this.server = server;
        this.exposed = exposed;
    }

    /**
     * Begins to answer.
     *
     * @param places how clients come, unless {@code awaitExposed}
     * @throws java.io.UncheckedIOException if the port is taken
     */
    static DiscoveryServer open(Places places, int port, boolean awaitExposed) {
        LoopbackServer server = LoopbackServer.bind(
                "discovery", places.bind(), port, LIMITS, (name, method, path, query, status) -> {});
        CompletableFuture<Places> exposed =
                awaitExposed ? new CompletableFuture<>() : CompletableFuture.completedFuture(places);
        var discovery = new DiscoveryServer(server, exposed);
        server.serve(new DiscoveryEndpoint(places, exposed, discovery.served));
        return discovery;
    }

    /** One that nobody can ask. */
    static DiscoveryServer without(Places places) {
        return new DiscoveryServer(null, CompletableFuture.completedFuture(places));
    }

    /** Waits until it is known how clients come. */
    Places awaitPlaces() {
        return exposed.join();
    }

    /** Answers with this from now on. */
    void show(Served azure) {
        served.complete(azure);
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }
}
