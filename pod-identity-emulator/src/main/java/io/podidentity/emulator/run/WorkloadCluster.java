package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.LoopbackServer;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.plan.Tenant;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.IdentityBindingProxy;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.ProjectedTokens;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import io.podidentity.emulator.workload.WorkloadIdentities;
import io.podidentity.emulator.workload.WorkloadIdentities.WorkloadPod;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's side of workload identity: its issuer and the token proxy of identity bindings. Started only where
 * there is a use for it, since making its key takes longer than starting all other servers.
 *
 * <p>Thread-safety: safe. Lifecycle: running until {@link #close()}.
 */
final class WorkloadCluster implements AutoCloseable {

    private final Directory directory;
    private final LoopbackServer server;
    private final LoopbackServer tokenProxy;
    private final ClusterIssuer issuer;
    private final ProjectedTokens tokens;
    private final WorkloadIdentities identities;
    private final URI imds;
    private final Listeners listeners;
    private final Consumer<String> notes;
    private final Map<ObjectName, Made> made = new ConcurrentSkipListMap<>();
    private final Tenant plan;

    /**
     * A pod that was created.
     *
     * @param sidecar null if it has none
     */
    private record Made(
            Pod pod, WorkloadPod workload, @Nullable LoopbackServer sidecar) {}

    /**
     * The Azure around the cluster.
     *
     * @param notes takes what a user should know
     */
    record Surroundings(
            URI entra, Endpoint entraEndpoint, URI imds, Endpoint imdsEndpoint, Path ca, Consumer<String> notes) {}

    /**
     * Starts the servers, for a cluster without pods.
     *
     * @throws java.io.UncheckedIOException if no port or no temporary folder can be had
     */
    WorkloadCluster(Tenant tenant, Surroundings around, Listeners listeners) {
        this.imds = around.imds();
        this.listeners = listeners;
        this.notes = around.notes();
        this.plan = tenant;
        this.directory = tenant.directory();
        this.server = listeners.openSecure(PortName.CLUSTER_ISSUER, "cluster");
        this.tokenProxy =
                listeners.openSecure(PortName.TOKEN_PROXY, "token-proxy").onlyFor(CertificateAuthority.TOKEN_PROXY);
        this.issuer = new ClusterIssuer(SigningKey.ofClusters(), issuerAddress(), tenant.clock());
        this.tokens = new ProjectedTokens(issuer, tenant.clusterClock());
        directory.issuers().publish(issuer.issuer(), List.of(issuer.publicKey()));
        var proxy = new IdentityBindingProxy(directory, issuer, around.entraEndpoint());
        plan.bound().forEach(proxy::bind);
        this.identities = new WorkloadIdentities(
                settings(around), tokens, around.entraEndpoint(), around.imdsEndpoint(), tenant.clock());
        for (Tenant.Trust trust : plan.trusted()) {
            trust(trust.clientId(), trust.subject(), trust.audience(), trust.delay());
        }
        server.serve(issuer);
        tokenProxy.serve(proxy);
    }

    /** Whether anything in a cluster asks for workload identity. */
    static boolean isUsedBy(Cluster cluster) {
        return cluster.pods().stream().anyMatch(pod -> pod.labels().containsKey(Keys.USE))
                || cluster.all(ServiceAccount.class).stream()
                        .anyMatch(account -> account.metadata().annotations().containsKey(Keys.CLIENT_ID));
    }

    /** As AKS's issuers look: a path for the cluster, and a trailing slash. */
    private URI issuerAddress() {
        return URI.create(listeners.exposed(server, "localhost") + "/" + directory.tenantId()
                + "/50000000-0000-4000-8000-000000000001/");
    }

    private WebhookSettings settings(Surroundings around) {
        var bindings = new IdentityBindings(
                listeners.exposed(tokenProxy, "127.0.0.1").toString(), CertificateAuthority.TOKEN_PROXY, around.ca());
        return new WebhookSettings(
                plan.webhook(),
                directory.tenantId(),
                around.entra() + "/",
                true,
                plan.bound().isEmpty() ? Optional.empty() : Optional.of(bindings));
    }

    private void trust(String clientId, String subject, String audience, Duration delay) {
        var credential = new FederatedCredential(issuer.issuer(), subject, audience);
        directory.federation().create(clientId, credential, delay);
    }

    /**
     * Makes the pods that are new or changed, and ends those that are gone. A change of the service account alone
     * reaches no pod that runs already, as in a real cluster. Called by one thread at a time.
     *
     * @throws java.io.UncheckedIOException if a pod's token cannot be written
     */
    void apply(Cluster cluster) {
        if (plan.trustsAnnotated()) {
            cluster.all(ServiceAccount.class).forEach(this::trustAsAnnotated);
        }
        for (Made present : made.values()) {
            if (!cluster.pod(present.pod().name()).equals(Optional.of(present.pod()))) {
                end(present);
            }
        }
        for (Pod pod : cluster.pods()) {
            made.computeIfAbsent(pod.name(), name -> create(cluster, pod));
        }
    }

    private void trustAsAnnotated(ServiceAccount account) {
        String subject = ClusterIssuer.subject(account.name());
        Optional.ofNullable(account.metadata().annotations().get(Keys.CLIENT_ID))
                .flatMap(directory::principal)
                .map(ServicePrincipal::clientId)
                .filter(clientId -> !directory.federation().has(clientId, issuer.issuer(), subject))
                .ifPresent(clientId -> trust(clientId, subject, WebhookSettings.AUDIENCE, Duration.ZERO));
    }

    private Made create(Cluster cluster, Pod pod) {
        WorkloadPod workload = identities.create(cluster, pod);
        if (workload.proxy() == null) {
            return new Made(pod, workload, null);
        }
        LoopbackServer sidecar = listeners.openForPod("proxy", pod.name());
        sidecar.serve(new LeadingSlash(workload.proxy(), pod.name(), notes));
        return new Made(pod, workload, sidecar);
    }

    private void end(Made gone) {
        made.remove(gone.pod().name());
        tokens.remove(gone.pod().name());
        if (gone.sidecar() != null) {
            listeners.close(gone.sidecar());
        }
    }

    /** The pods as programs on this machine can play them. */
    List<EmulatedPod> pods() {
        return made.values().stream().map(this::emulated).toList();
    }

    private EmulatedPod emulated(Made one) {
        Optional<String> refusal =
                one.workload().admission() instanceof Denied denied ? Optional.of(denied.reason()) : Optional.empty();
        URI metadata = one.sidecar() == null ? imds : listeners.exposed(one.sidecar(), "127.0.0.1");
        var environment = new TreeMap<>(one.workload().environment());
        environment.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", metadata.toString());
        ObjectName name = one.pod().name();
        return new EmulatedPod(name.namespace(), name.name(), metadata, environment, refusal);
    }

    /** Makes the tokens of service accounts. */
    ClusterIssuer issuer() {
        return issuer;
    }

    @Override
    public void close() {
        made.values().forEach(this::end);
        server.close();
        tokenProxy.close();
        tokens.close();
    }
}
