// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import static java.util.Objects.requireNonNull;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.entra.EntraEndpoint;
import io.podidentity.emulator.fault.FaultPlan;
import io.podidentity.emulator.fault.FaultPlan.Server;
import io.podidentity.emulator.fault.Faults;
import io.podidentity.emulator.history.History;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.history.RequestRecorder;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.http.RequestFilter;
import io.podidentity.emulator.imds.ImdsEndpoint;
import io.podidentity.emulator.plan.AddedEndpoint;
import io.podidentity.emulator.plan.EntraKeys;
import io.podidentity.emulator.plan.Places;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.plan.Tenant;
import io.podidentity.emulator.server.LoopbackServer;
import io.podidentity.emulator.storage.BlobEndpoint;
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.tls.TrustFiles;
import io.podidentity.emulator.token.RotatingKeys;
import io.podidentity.emulator.token.SigningKeys;
import io.podidentity.emulator.token.TokenIssuer;
import io.podidentity.emulator.workload.ClusterIssuer;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The three servers and what belongs to them. Thread-safe; running until {@link #close()}.
 *
 * @since 0.1.0
 */
public final class Servers implements AutoCloseable {

    private final FaultPlan faults = new FaultPlan();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Tenant tenant;
    private final CertificateAuthority authority;
    private final History<LogLine> log;
    private final Listeners listeners;
    private final LoopbackServer imds;
    private final LoopbackServer entra;
    private final LoopbackServer storage;
    private final TrustFiles trust;
    private final PodIdentityCluster cluster;

    /** Null until they serve, and in a real cluster, which has an issuer and a webhook of its own. */
    private WorkloadCluster.@Nullable Surroundings around;

    /** Null until they serve. */
    private volatile @Nullable RotatingKeys signing;

    /** Null if the cluster has no use for it. */
    private volatile @Nullable WorkloadCluster workloads;

    private Servers(
            Tenant tenant,
            Places places,
            CertificateAuthority authority,
            History<RecordedRequest> requests,
            History<LogLine> log) {
        this.tenant = tenant;
        this.authority = authority;
        this.log = log;
        this.listeners = new Listeners(
                places,
                authority.serverContext(places.names()),
                new RequestRecorder(
                        requests, tenant.clock(), "", tenant.directory().agents()));
        try {
            this.imds = listeners.open(PortName.IMDS, "imds");
            this.entra = listeners.openSecure(PortName.ENTRA, "entra");
            this.storage = listeners.openSecure(PortName.STORAGE, "storage");
            var services = new LoopbackTokenServices(
                    listeners.local(imds, "127.0.0.1"),
                    listeners.local(entra, "localhost"),
                    entra(),
                    authority.clientContext());
            this.cluster = new PodIdentityCluster(tenant, services, faults, listeners, log, imds());
            this.trust = TrustFiles.write(authority);
        } catch (RuntimeException e) {
            listeners.close();
            throw e;
        }
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
            History<RecordedRequest> requests,
            History<LogLine> log) {
        // The first of this JVM makes the RSA key, which takes longest of all, so it runs in parallel.
        CompletableFuture<SigningKeys> signing = CompletableFuture.supplyAsync(keys.signing(), Servers::onDaemonThread);
        var servers = new Servers(tenant, places, keys.authority(), requests, log);
        try {
            servers.serve(signing.join(), added);
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

    private void serve(SigningKeys keys, List<Function<AddedEndpoint.Azure, AddedEndpoint>> added) {
        var directory = tenant.directory();
        var clock = tenant.clock();
        var rotating = new RotatingKeys(keys);
        signing = rotating;
        var issuer = new TokenIssuer(rotating, entra(), directory.tenantId(), clock);
        directory.federation().publish(issuer.issuerOfVersion2(), issuer::publicKeys);
        Endpoint node = withFaults(
                Server.IMDS,
                imds,
                new ImdsEndpoint(
                        cluster.node(), directory, issuer, tenant.lifetimes().ofManagedIdentities()));
        Endpoint tenantEndpoint =
                withFaults(Server.ENTRA, entra, new EntraEndpoint(directory, issuer, tenant.lifetimes()));
        imds.serve(node);
        var azure = new AddedEndpoint.Azure(directory, tenant.blobs(), issuer, entra(), storage(), clock, authority);
        List<AddedEndpoint> before =
                added.stream().map(endpoint -> endpoint.apply(azure)).toList();
        entra.serve(request -> answer(request, before, tenantEndpoint));
        storage.serve(withFaults(
                Server.STORAGE,
                storage,
                new BlobEndpoint(tenant.blobs(), directory, issuer, storage(), faults.claimsChallenge())));
        if (tenant.actual().isEmpty()) {
            around = new WorkloadCluster.Surroundings(
                    entra(), tenantEndpoint, imds(), node, trust.pem(), text -> log.add(new LogLine("podid", text)));
        }
        cluster.start();
        applyWorkloads(tenant.cluster());
    }

    private Endpoint withFaults(Server server, LoopbackServer port, Endpoint endpoint) {
        faults.setPort(server, port);
        return RequestFilter.chain(List.of(faults.filter(server)), endpoint);
    }

    private static Answer answer(Request request, List<AddedEndpoint> before, Endpoint entra) {
        return before.stream()
                .flatMap(endpoint -> endpoint.answer(request).stream())
                .findFirst()
                .orElseGet(() -> entra.answer(request));
    }

    /** Changes what manifests say; called by one thread at a time. */
    public void apply(Cluster objects) {
        cluster.apply(objects);
        applyWorkloads(objects);
    }

    private void applyWorkloads(Cluster manifests) {
        if (around != null && WorkloadCluster.isUsedBy(manifests)) {
            startWorkloads();
        }
        Optional.ofNullable(workloads).ifPresent(running -> running.apply(manifests));
    }

    private synchronized WorkloadCluster startWorkloads() {
        WorkloadCluster running = workloads;
        if (running == null) {
            running = new WorkloadCluster(tenant, requireNonNull(around, "around"), listeners);
            workloads = running;
        }
        return running;
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

    public List<EmulatedPod> pods() {
        WorkloadCluster running = workloads;
        return cluster.pods(running == null ? Map.of() : running.pods());
    }

    public Cluster now() {
        return cluster.now();
    }

    public Optional<URI> nmiHost() {
        return cluster.nmi().map(NmiServers::host);
    }

    public Optional<URI> nmiObserved() {
        return cluster.nmi().map(NmiServers::probes);
    }

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
        return new Faults(faults);
    }

    /** Lets Entra ID sign with a new key from now on. */
    public void rotateKeys() {
        requireNonNull(signing, "signing").rotate();
    }

    public void challengeClaims() {
        faults.claimsChallenge().order();
    }

    public TrustFiles trust() {
        return trust;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            listeners.close();
            cluster.close();
            Optional.ofNullable(workloads).ifPresent(WorkloadCluster::close);
            trust.close();
        }
    }
}
