package io.podidentity.emulator.run;

import io.podidentity.emulator.apiserver.ApiUsers;
import io.podidentity.emulator.apiserver.ClusterState;
import io.podidentity.emulator.apiserver.Kubeconfig;
import io.podidentity.emulator.apiserver.KubernetesApi;
import io.podidentity.emulator.http.LoopbackServer;
import io.podidentity.emulator.plan.KubernetesApiPlan;
import io.podidentity.emulator.plan.Places.Door;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.net.URI;
import java.time.Clock;

/**
 * The port of the API server.
 *
 * <p>Thread-safety: safe. Lifecycle: running until {@link #close()}.
 */
final class KubernetesServer implements AutoCloseable {

    private final Listeners listeners;
    private final LoopbackServer server;
    private final String kubeconfig;

    /** @throws java.io.UncheckedIOException if no port can be had */
    KubernetesServer(
            KubernetesApiPlan plan,
            ClusterState state,
            ClusterIssuer issuer,
            Clock clock,
            String certificateAuthority,
            Listeners listeners) {
        var users = new ApiUsers(plan.users());
        this.listeners = listeners;
        this.server = listeners.openSecure(Door.KUBERNETES_API, "kubernetes");
        this.kubeconfig = Kubeconfig.of(uri(), certificateAuthority, users);
        server.serve(new KubernetesApi(state, issuer, plan.maxTokenLife(), users, clock));
    }

    URI uri() {
        return listeners.exposed(server, "127.0.0.1");
    }

    /** It holds the users' tokens. */
    String kubeconfig() {
        return kubeconfig;
    }

    @Override
    public void close() {
        server.close();
    }
}
