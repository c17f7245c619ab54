package io.podidentity.emulator.run;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.adal.LoopbackUpstream;
import io.podidentity.emulator.adal.Upstream;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.entra.EntraEndpoint;
import io.podidentity.emulator.fault.FaultQueues;
import io.podidentity.emulator.fault.Faults;
import io.podidentity.emulator.history.History;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.history.RequestRecorder;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.LoopbackServer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.imds.ImdsEndpoint;
import io.podidentity.emulator.plan.AddedEndpoint;
import io.podidentity.emulator.plan.EntraKeys;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.plan.Tenant;
import io.podidentity.emulator.storage.BlobEndpoint;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.tls.TrustFiles;
import io.podidentity.emulator.token.AccessTokenReader;
import io.podidentity.emulator.token.SigningKey;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The three servers and what belongs to them. Thread-safe; running until {@link #close()}. */
public final class Servers implements AutoCloseable {

    private final FaultQueues queues = new FaultQueues();
    private final Faults faults = new Faults(queues);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final History<RecordedRequest> history;
    private final TrustFiles trust;
    private final Listeners listeners;
    private final LoopbackServer imds;
    private final LoopbackServer entra;
    private final LoopbackServer storage;

    /** Null if the cluster has no use for it. */
    private volatile @Nullable WorkloadCluster workloads;

    /** Null in a real cluster, which has an issuer and a webhook of its own. */
    private @Nullable Supplier<WorkloadCluster> workloadStarter;

    /** Null until the servers serve. */
    private @Nullable PodIdentityCluster cluster;

    private Servers(
            History<RecordedRequest> history, TrustFiles trust, Listeners listeners, List<LoopbackServer> bound) {
        this.history = history;
        this.trust = trust;
        this.listeners = listeners;
        this.imds = bound.get(0);
        this.entra = bound.get(1);
        this.storage = bound.get(2);
    }

    /**
     * Starts what the tenant is to have.
     *
     * @throws java.io.UncheckedIOException if a port is taken, clients have no way to one, or the CA's files cannot be
     *     written
     */
    public static Servers start(
            Tenant tenant,
            Places places,
            EntraKeys keys,
            List<Function<AddedEndpoint.Azure, AddedEndpoint>> added,
            History<RecordedRequest> history,
            History<LogLine> log) {
        // The first of this JVM makes the RSA key, which takes longest of all, so it runs in parallel.
        CompletableFuture<SigningKey> key = CompletableFuture.supplyAsync(keys.signing(), Servers::onDaemonThread);
        CertificateAuthority authority = keys.authority();
        var listeners = new Listeners(
                places, authority.serverContext(places.names()), new RequestRecorder(history, tenant.clock(), ""));
        List<LoopbackServer> bound = bind(listeners);
        Servers servers;
        try {
            servers = new Servers(history, TrustFiles.write(authority), listeners, bound);
        } catch (RuntimeException e) {
            bound.forEach(LoopbackServer::close);
            throw e;
        }
        try {
            servers.serve(tenant, key.join(), authority, added, log);
            return servers;
        } catch (RuntimeException e) {
            servers.close();
            throw e;
        }
    }

    private static void onDaemonThread(Runnable task) {
        var thread = new Thread(task, "podid-key");
        thread.setDaemon(true);
        thread.start();
    }

    private static List<LoopbackServer> bind(Listeners listeners) {
        var bound = new ArrayList<LoopbackServer>();
        try {
            bound.add(listeners.open(PortName.IMDS, "imds"));
            bound.add(listeners.openSecure(PortName.ENTRA, "entra"));
            bound.add(listeners.openSecure(PortName.STORAGE, "storage"));
            return bound;
        } catch (RuntimeException e) {
            bound.forEach(LoopbackServer::close);
            throw e;
        }
    }

    private void serve(
            Tenant tenant,
            SigningKey key,
            CertificateAuthority authority,
            List<Function<AddedEndpoint.Azure, AddedEndpoint>> added,
            History<LogLine> log) {
        var directory = tenant.directory();
        var issuer = new TokenIssuer(key, entra(), directory.tenantId(), tenant.clock());
        directory.issuers().publish(issuer.issuerOfVersion2(), List.of(key.publicKey()));
        var tokens = new AccessTokenReader(key);
        cluster = new PodIdentityCluster(tenant, upstream(authority), queues, listeners, log, imds());
        var node = queues.beforeImds(new ImdsEndpoint(cluster.node(), issuer, tenant.imdsLifetime()));
        var entraEndpoint = queues.beforeEntra(
                new EntraEndpoint(directory, issuer, key, entra(), tenant.clock(), tenant.entraLifetime()));
        queues.ofPorts(imds, entra, storage);
        imds.serve(node);
        var azure =
                new AddedEndpoint.Azure(directory, tenant.blobs(), tokens, issuer, entra(), storage(), tenant.clock());
        List<AddedEndpoint> before =
                added.stream().map(endpoint -> endpoint.apply(azure)).toList();
        entra.serve(request -> answer(request, before, entraEndpoint));
        storage.serve(queues.beforeStorage(
                new BlobEndpoint(tenant.blobs(), directory, issuer, tokens, storage(), entra(), tenant.clock())));
        var around = new WorkloadCluster.Surroundings(
                entra(), entraEndpoint, imds(), node, trust.pem(), text -> log.add(new LogLine("podid", text)));
        if (tenant.actual().isEmpty()) {
            workloadStarter = () -> new WorkloadCluster(tenant, around, listeners);
        }
        cluster.start();
        applyWorkloads(tenant.cluster());
    }

    private static Answer answer(Request request, List<AddedEndpoint> before, Endpoint entra) {
        return before.stream()
                .flatMap(endpoint -> endpoint.answer(request).stream())
                .findFirst()
                .orElseGet(() -> entra.answer(request));
    }

    /** Changes what manifests say; called by one thread at a time. */
    public void apply(Cluster objects) {
        cluster().apply(objects);
        applyWorkloads(objects);
    }

    private synchronized WorkloadCluster startWorkloads() {
        WorkloadCluster running = workloads;
        if (running == null) {
            running = requireNonNull(workloadStarter, "workloadStarter").get();
            workloads = running;
        }
        return running;
    }

    private void applyWorkloads(Cluster manifests) {
        if (workloadStarter != null && WorkloadCluster.isUsedBy(manifests)) {
            startWorkloads();
        }
        Optional.ofNullable(workloads).ifPresent(running -> running.apply(manifests));
    }

    private Upstream upstream(CertificateAuthority authority) {
        return new LoopbackUpstream(
                listeners.local(imds, "127.0.0.1"),
                listeners.local(entra, "localhost"),
                entra(),
                authority.clientContext());
    }

    public URI imds() {
        return listeners.exposed(imds, "127.0.0.1");
    }

    public URI entra() {
        return listeners.exposedEntra(entra);
    }

    public URI storage() {
        return URI.create(listeners.exposed(storage, "127.0.0.1") + "/" + BlobEndpoint.ACCOUNT);
    }

    /** The pods of the cluster as they are now. */
    public List<EmulatedPod> pods() {
        WorkloadCluster running = workloads;
        return cluster().pods(running == null ? List.of() : running.pods());
    }

    /** The objects of the cluster as they are now. */
    public Cluster now() {
        return cluster().now();
    }

    /** NMI as a program on the node sees it, if there is NMI. */
    public Optional<URI> nmiHost() {
        return cluster().nmiHost();
    }

    /** Where NMI's probes and metrics are, if there is NMI. */
    public Optional<URI> nmiObserved() {
        return cluster().nmiObserved();
    }

    private PodIdentityCluster cluster() {
        return requireNonNull(cluster, "cluster");
    }

    /** The issuer of the cluster's tokens. */
    public Optional<String> clusterIssuer() {
        return Optional.ofNullable(workloads).map(running -> running.issuer().issuer());
    }

    /**
     * Makes a token of a service account.
     *
     * @param audiences none for the issuer itself
     */
    public String accountToken(ObjectName account, Duration life, List<String> audiences) {
        ClusterIssuer issuer = startWorkloads().issuer();
        List<String> intended = audiences.isEmpty() ? List.of(issuer.issuer()) : audiences;
        return issuer.issue(account, intended, life.toSeconds(), Optional.empty())
                .value();
    }

    public Faults faults() {
        return faults;
    }

    public History<RecordedRequest> history() {
        return history;
    }

    public TrustFiles trust() {
        return trust;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            imds.close();
            entra.close();
            storage.close();
            if (cluster != null) {
                cluster.close();
            }
            Optional.ofNullable(workloads).ifPresent(WorkloadCluster::close);
            trust.close();
        }
    }
}
