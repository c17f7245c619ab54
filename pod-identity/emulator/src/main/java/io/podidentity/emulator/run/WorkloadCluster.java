// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.RequestFilter;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.plan.Tenant;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.IdentityBindingProxy;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.ProxyContainers;
import io.podidentity.emulator.workload.ProxySidecar;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's side of workload identity: its issuer, its webhook, the token proxy of identity bindings, and the pods
 * that the webhook has seen. Started only where there is a use for it, since making its key takes longer than starting
 * all other servers.
 *
 * <p>Thread-safety: safe. Lifecycle: running until {@link #close()}; its servers end with their {@link Listeners}.
 */
final class WorkloadCluster implements AutoCloseable {

    private final Tenant tenant;
    private final Directory directory;
    private final Surroundings around;
    private final Listeners listeners;
    private final LoopbackServer tokenProxy;
    private final ClusterIssuer issuer;
    private final ProjectedTokens tokens;
    private final IdentityBindingProxy bindings;
    private final WebhookSettings settings;
    private final Webhook webhook;
    private final Map<ObjectName, Made> made = new ConcurrentSkipListMap<>();

    /**
     * A pod that was created.
     *
     * @param emulated what its program sees on this machine
     * @param sidecar null if it has none
     */
    private record Made(
            Pod pod, EmulatedPod emulated, @Nullable LoopbackServer sidecar) {}

    /**
     * The Azure around the cluster.
     *
     * @param ca in a folder that is removed after the cluster has ended
     * @param notes takes what a user should know
     */
    record Surroundings(
            URI entra, Endpoint entraEndpoint, URI imds, Endpoint imdsEndpoint, Path ca, Consumer<String> notes) {}

    /**
     * Starts the servers, for a cluster without pods.
     *
     * @throws java.io.UncheckedIOException if no port can be had
     */
    WorkloadCluster(Tenant tenant, Surroundings around, Listeners listeners) {
        this.tenant = tenant;
        this.directory = tenant.directory();
        this.around = around;
        this.listeners = listeners;
        LoopbackServer server = listeners.openSecure(PortName.CLUSTER_ISSUER, "cluster");
        this.tokenProxy =
                listeners.openSecure(PortName.TOKEN_PROXY, "token-proxy").onlyFor(CertificateAuthority.TOKEN_PROXY);
        // As AKS's issuers look: a path for the cluster, and a trailing slash.
        URI address = URI.create(listeners.exposed(server, "localhost") + "/" + directory.tenantId()
                + "/50000000-0000-4000-8000-000000000001/");
        this.issuer = new ClusterIssuer(SigningKey.ofClusters(), address, tenant.clock());
        this.tokens =
                new ProjectedTokens(issuer, tenant.clusterClock(), around.ca().resolveSibling("tokens"));
        directory.federation().publish(issuer.issuer(), List.of(issuer.publicKey()));
        this.bindings = new IdentityBindingProxy(directory, issuer, around.entraEndpoint());
        tenant.bound().forEach(bindings::bind);
        this.settings = settings();
        this.webhook = new Webhook(settings);
        for (Tenant.Trust trust : tenant.trusted()) {
            trust(trust.clientId(), trust.subject(), trust.audience(), trust.delay());
        }
        server.serve(issuer);
        tokenProxy.serve(bindings);
    }

    /** Whether anything in a cluster asks for workload identity. */
    static boolean isUsedBy(Cluster cluster) {
        return cluster.pods().stream().anyMatch(pod -> pod.labels().containsKey(Keys.USE))
                || cluster.all(ServiceAccount.class).stream()
                        .anyMatch(account -> account.metadata().annotations().containsKey(Keys.CLIENT_ID));
    }

    private WebhookSettings settings() {
        var proxy = new IdentityBindings(
                listeners.exposed(tokenProxy, "127.0.0.1").toString(), CertificateAuthority.TOKEN_PROXY, around.ca());
        return new WebhookSettings(
                tenant.webhook(),
                directory.tenantId(),
                around.entra() + "/",
                true,
                tenant.bound().isEmpty() ? Optional.empty() : Optional.of(proxy));
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
        bindings.apply(cluster);
        if (tenant.trustsAnnotated()) {
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

    private void end(Made gone) {
        made.remove(gone.pod().name());
        tokens.remove(gone.pod().name());
        if (gone.sidecar() != null) {
            listeners.close(gone.sidecar());
        }
    }

    private Made create(Cluster cluster, Pod pod) {
        Admission admission = webhook.admit(cluster, pod);
        if (!(admission instanceof Admitted admitted)) {
            Optional<String> refusal =
                    admission instanceof Denied denied ? Optional.of(denied.reason()) : Optional.empty();
            return new Made(pod, emulated(pod, around.imds(), Map.of(), refusal), null);
        }
        Map<String, String> annotations = pod.metadata().annotations();
        PodSpec spec = admitted.pod().spec();
        Path file = tokens.project(pod, admitted.token());
        Map<String, String> environment = environment(spec, file, annotations);
        if (!ProxyContainers.wantedBy(annotations)) {
            return new Made(pod, emulated(pod, around.imds(), environment, Optional.empty()), null);
        }
        LoopbackServer sidecar = listeners.openForPod("proxy", pod.name());
        sidecar.serve(RequestFilter.chain(List.of(new LeadingSlash(pod.name(), around.notes())), proxy(spec, file)));
        URI metadata = listeners.exposed(sidecar, "127.0.0.1");
        return new Made(pod, emulated(pod, metadata, environment, Optional.empty()), sidecar);
    }

    private static EmulatedPod emulated(Pod pod, URI imds, Map<String, String> environment, Optional<String> refusal) {
        return new EmulatedPod(pod.namespace(), pod.name().name(), imds, environment, refusal);
    }

    /** The Azure variables of the first container that is the user's own and not skipped; the files are real ones. */
    private Map<String, String> environment(PodSpec spec, Path token, Map<String, String> annotations) {
        Set<String> skipped = Webhook.skipped(annotations);
        var environment = variables(spec.containers().stream()
                .filter(container -> !ProxyContainers.isSidecar(container))
                .filter(container -> !skipped.contains(container.name())));
        environment.keySet().removeIf(name -> !name.startsWith("AZURE_"));
        replace(environment, "AZURE_FEDERATED_TOKEN_FILE", settings.tokenFile(), token);
        settings.bindings()
                .ifPresent(
                        bindings -> replace(environment, "AZURE_KUBERNETES_CA_FILE", settings.caFile(), bindings.ca()));
        return environment;
    }

    /** A path that is the webhook's own becomes that of a file of this machine; others lead nowhere, as in a pod. */
    private static void replace(Map<String, String> environment, String name, String injected, Path real) {
        environment.computeIfPresent(name, (variable, path) -> path.equals(injected) ? real.toString() : path);
    }

    /** Answers by the variables of its own container, not by those of the program that asks. */
    private Endpoint proxy(PodSpec spec, Path token) {
        Map<String, String> environment =
                variables(Stream.concat(spec.initContainers().stream(), spec.containers().stream())
                        .filter(ProxyContainers::isSidecar));
        return new ProxySidecar(
                environment.getOrDefault("AZURE_CLIENT_ID", ""),
                environment.getOrDefault("AZURE_AUTHORITY_HOST", settings.authorityHost()),
                environment.getOrDefault("AZURE_TENANT_ID", settings.tenantId()),
                token,
                around.entraEndpoint(),
                around.imdsEndpoint(),
                tenant.clock());
    }

    private static Map<String, String> variables(Stream<Container> containers) {
        return containers.findFirst().map(Container::literals).orElseGet(TreeMap::new);
    }

    /** The pods as programs on this machine can play them. */
    Map<ObjectName, EmulatedPod> pods() {
        return made.values().stream()
                .collect(Collectors.toMap(present -> present.pod().name(), Made::emulated));
    }

    ClusterIssuer issuer() {
        return issuer;
    }

    @Override
    public void close() {
        tokens.close();
    }
}
