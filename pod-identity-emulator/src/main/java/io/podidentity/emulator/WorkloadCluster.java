package io.podidentity.emulator;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.FederatedCredential;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.LoopbackServer;
import io.podidentity.emulator.http.RequestLog;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.workload.Admission.Denied;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.ProjectedTokens;
import io.podidentity.emulator.workload.TokenProxy;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import io.podidentity.emulator.workload.WorkloadIdentities;
import io.podidentity.emulator.workload.WorkloadPod;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import javax.net.ssl.SSLContext;

/**
 * The cluster's side of workload identity: its issuer and the token proxy of identity bindings. Started only where there
 * is a use for it, since making its key takes longer than starting all other servers.
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
    private final RequestLog log;
    private final List<LoopbackServer> sidecars = new ArrayList<>();
    private final List<EmulatedPod> pods = new ArrayList<>();

    /** The Azure around the cluster. */
    record Surroundings(URI entra, Endpoint entraEndpoint, URI imds, Endpoint imdsEndpoint, String caPem) {}

    /**
     * Starts the servers and makes the pods.
     *
     * @throws java.io.UncheckedIOException if no port or no temporary folder can be had
     */
    static WorkloadCluster start(Tenant tenant, Surroundings around, SSLContext tls, RequestLog log) {
        var workloads = new WorkloadCluster(tenant, around, tls, log);
        Cluster cluster = tenant.workloads().cluster();
        cluster.pods().forEach(pod -> workloads.create(cluster, pod));
        return workloads;
    }

    private WorkloadCluster(Tenant tenant, Surroundings around, SSLContext tls, RequestLog log) {
        this.imds = around.imds();
        this.log = log;
        this.directory = tenant.directory();
        this.server = LoopbackServer.bind("cluster", 0, tls, log);
        this.tokenProxy = LoopbackServer.bind("token-proxy", 0, tls, log).onlyFor(CertificateAuthority.TOKEN_PROXY);
        this.issuer = new ClusterIssuer(SigningKey.create(), issuerAddress(), tenant.clock());
        this.tokens = new ProjectedTokens(issuer, tenant.clusterClock());
        directory.issuers().publish(issuer.issuer(), issuer.publicKey());
        var proxy = new TokenProxy(directory, issuer, around.entraEndpoint());
        tenant.workloads().bound().forEach(proxy::bind);
        this.identities = new WorkloadIdentities(
                settings(tenant.workloads(), around),
                tokens,
                around.entraEndpoint(),
                around.imdsEndpoint(),
                tenant.clock());
        trust(tenant.workloads());
        server.serve(issuer);
        tokenProxy.serve(proxy);
    }

    /** As AKS's issuers look: a path for the cluster, and a slash at the end. */
    private URI issuerAddress() {
        return URI.create(
                server.uri("localhost") + "/" + directory.tenantId() + "/50000000-0000-4000-8000-000000000001/");
    }

    private WebhookSettings settings(WorkloadPlan plan, Surroundings around) {
        var bindings = new IdentityBindings(
                tokenProxy.uri("127.0.0.1").toString(), CertificateAuthority.TOKEN_PROXY, "", around.caPem());
        return new WebhookSettings(
                plan.webhook(),
                directory.tenantId(),
                around.entra() + "/",
                true,
                plan.bound().isEmpty() ? Optional.empty() : Optional.of(bindings));
    }

    private void trust(WorkloadPlan plan) {
        for (WorkloadPlan.Trust trust : plan.trusted()) {
            trust(trust.clientId(), trust.subject(), trust.audience(), trust.delay());
        }
        if (plan.trustsAnnotated()) {
            for (ServiceAccount account : plan.cluster().all(ServiceAccount.class)) {
                Optional.ofNullable(account.metadata().annotations().get(Keys.CLIENT_ID))
                        .flatMap(directory::principal)
                        .ifPresent(identity -> trust(
                                identity.clientId(),
                                ClusterIssuer.subject(account.name()),
                                WebhookSettings.AUDIENCE,
                                Duration.ZERO));
            }
        }
    }

    private void trust(String clientId, String subject, String audience, Duration delay) {
        var credential = new FederatedCredential(issuer.issuer(), subject, audience);
        directory.federation().create(clientId, credential, delay);
    }

    private void create(Cluster cluster, Pod pod) {
        WorkloadPod workload = identities.create(cluster, pod);
        Optional<String> refusal =
                workload.admission() instanceof Denied denied ? Optional.of(denied.reason()) : Optional.empty();
        URI metadata = workload.proxy() == null ? imds : serve(workload.proxy(), pod);
        var environment = new TreeMap<>(workload.environment());
        environment.put("AZURE_POD_IDENTITY_AUTHORITY_HOST", metadata.toString());
        pods.add(new EmulatedPod(pod.namespace(), pod.name().name(), metadata, environment, refusal));
    }

    private URI serve(Endpoint proxy, Pod pod) {
        LoopbackServer sidecar = LoopbackServer.bind("proxy of " + pod.name(), 0, null, log);
        sidecars.add(sidecar);
        sidecar.serve(proxy);
        return sidecar.uri("127.0.0.1");
    }

    List<EmulatedPod> pods() {
        return List.copyOf(pods);
    }

    /** The issuer in the tokens of service accounts. */
    String issuer() {
        return issuer.issuer();
    }

    @Override
    public void close() {
        sidecars.forEach(LoopbackServer::close);
        server.close();
        tokenProxy.close();
        tokens.close();
    }
}
