// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.fault.Faults;
import io.podidentity.emulator.history.History;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.plan.Application;
import io.podidentity.emulator.plan.EmulatorOptions;
import io.podidentity.emulator.plan.ManagedIdentity;
import io.podidentity.emulator.plan.Tenant;
import io.podidentity.emulator.run.EmulatedPod;
import io.podidentity.emulator.run.Servers;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * A small Azure on loopback: Entra ID, the instance metadata service of one node, and one storage account. Its tokens
 * have the shape of real ones and are worth nothing anywhere else.
 *
 * <p>Thread-safety: safe. Lifecycle: running from {@link #start()} until {@link #close()}, which ends servers and
 * threads and removes the certificate files; all threads are daemons. No method returns null.
 *
 * @since 0.1.0
 */
public final class PodIdentityEmulator implements AutoCloseable {

    private final Tenant tenant;
    private final Servers servers;
    private final History<RecordedRequest> requests;
    private final History<LogLine> log;

    private PodIdentityEmulator(
            Tenant tenant, Servers servers, History<RecordedRequest> requests, History<LogLine> log) {
        this.tenant = tenant;
        this.servers = servers;
        this.requests = requests;
        this.log = log;
    }

    /**
     * Starts with defaults: one user-assigned identity, one application and one user, all of them readers of the
     * container {@code samples}, whose three blobs are a text, a table and a picture.
     *
     * @throws java.io.UncheckedIOException if no port or no temporary folder can be had
     */
    public static PodIdentityEmulator start() {
        return builder().start();
    }

    /** Starts describing an emulator of your own; what is not specified keeps its default. */
    public static Builder builder() {
        return new Builder();
    }

    /** The environment variables that a program needs to use this metadata service; unmodifiable. */
    public Map<String, String> environment() {
        return Map.of("AZURE_POD_IDENTITY_AUTHORITY_HOST", imds().toString());
    }

    /** The metadata service, {@code http://127.0.0.1:PORT}; another host if the builder's places say so. */
    public URI imds() {
        return servers.imds();
    }

    /** Entra ID, {@code https://localhost:PORT}; another host if the places say so. */
    public URI entra() {
        return servers.entra();
    }

    /** The storage account, {@code https://127.0.0.1:PORT/devstoreaccount1}; another host if the places say so. */
    public URI storage() {
        return servers.storage();
    }

    /** A PEM file with the CA that signed the certificate of Entra and storage; there until {@link #close()}. */
    public Path certificateAuthority() {
        return servers.trust().pem();
    }

    /**
     * A PKCS#12 trust store with that CA and those the JDK trusts by default, password {@code changeit}; made at the
     * first call, there until {@link #close()}.
     *
     * @throws java.io.UncheckedIOException if it cannot be written
     */
    public Path trustStore() {
        return servers.trust().trustStore();
    }

    /**
     * The client side of TLS, which trusts that CA and those the JDK trusts by default: for a client's builder, or for
     * all of them by {@link SSLContext#setDefault}. All emulators of a JVM have the same CA.
     */
    public SSLContext sslContext() {
        return servers.trust().clientContext();
    }

    /** What was asked, oldest first: the last 10,000 requests, each recorded before its answer is sent. A copy. */
    public List<RecordedRequest> requests() {
        return requests.snapshot();
    }

    /** Where to order faults. */
    public Faults faults() {
        return servers.faults();
    }

    /**
     * Lets Entra ID sign with a new key from now on. The two keys before it stay in its key set, and tokens that they
     * signed stay valid.
     */
    public void rotateKeys() {
        servers.rotateKeys();
    }

    /**
     * Revokes the token that the storage account is asked with next, as continuous access evaluation does. Each request
     * with this token is answered 401 and a claims challenge, until the client asks Entra ID for another token.
     */
    public void challengeClaims() {
        servers.challengeClaims();
    }

    /** The tenant, a GUID. */
    public String tenantId() {
        return tenant.directory().tenantId();
    }

    /** The managed identities of the node, in the order given; unmodifiable, may be empty. */
    public List<ManagedIdentity> identities() {
        return tenant.identities();
    }

    /** The applications, in the order given; unmodifiable, never empty. */
    public List<Application> applications() {
        return tenant.applications();
    }

    /** The agent identities as they are now, with their blueprints and user accounts; unmodifiable, may be empty. */
    public List<AgentIdentity> agentIdentities() {
        return tenant.directory().agents().all();
    }

    /** The pods of the cluster, by namespace and name. A copy. */
    public List<EmulatedPod> pods() {
        return servers.pods();
    }

    /**
     * One of them.
     *
     * @param name {@code namespace/name}, or the name alone of a pod in {@code default}; the one pod that stands for a
     *     workload has the workload's name
     * @throws IllegalArgumentException if there is no such pod; the message names those that are there
     */
    public EmulatedPod pod(String name) {
        String full = name.contains("/") ? name : "default/" + name;
        List<EmulatedPod> pods = pods();
        return pods.stream()
                .filter(pod -> full.equals(pod.namespace() + "/" + pod.name()))
                .findFirst()
                .orElseThrow(() -> unknownPod(full, pods));
    }

    private static IllegalArgumentException unknownPod(String name, List<EmulatedPod> pods) {
        List<String> names =
                pods.stream().map(pod -> pod.namespace() + "/" + pod.name()).toList();
        return new IllegalArgumentException("No pod \"" + name + "\"; there are " + names);
    }

    /** The objects of the cluster as they are now, among them the assigned identities that MIC has made. */
    public Cluster cluster() {
        return servers.now();
    }

    /**
     * Applies manifests while the cluster runs, in place of the previous ones: MIC reacts, new pods get an endpoint,
     * and the endpoints of removed pods close.
     *
     * @throws java.io.UncheckedIOException if no port can be had for a new pod
     */
    public void apply(Cluster manifests) {
        servers.apply(manifests);
    }

    /** What MIC and NMI have logged, oldest first: the last 10,000 lines. A copy. */
    public List<LogLine> log() {
        return log.snapshot();
    }

    /** NMI as a program on the node itself sees it, for {@code /host/token}; empty if the profile has no NMI. */
    public Optional<URI> nmiHost() {
        return servers.nmiHost();
    }

    /** Where NMI's {@code /healthz} and {@code /metrics} are; empty if the profile has no NMI. */
    public Optional<URI> nmiObserved() {
        return servers.nmiObserved();
    }

    /** The issuer of the cluster's service account tokens, which ends in a slash; empty if it makes none. */
    public Optional<String> clusterIssuer() {
        return servers.clusterIssuer();
    }

    /**
     * Makes a token of a service account, as the cluster's API server answers a TokenRequest. It is made for any name,
     * also of an account that no manifest describes.
     *
     * @param life from now, on the clock of the tokens; in whole seconds
     * @param audiences those who accept the token; none for the cluster's issuer itself
     */
    public String serviceAccountToken(String namespace, String name, Duration life, String... audiences) {
        return servers.accountToken(new ObjectName(namespace, name), life, List.of(audiences));
    }

    /** The name of the one user, who signs in by device code. */
    public String userPrincipalName() {
        return tenant.directory().user().userPrincipalName();
    }

    /** Stops everything; further calls do nothing. */
    @Override
    public void close() {
        servers.close();
    }

    /** Collects the options and starts an emulator with them; can be used again. Not thread-safe. */
    public static final class Builder extends EmulatorOptions<Builder> {

        private Builder() {}

        @Override
        protected Builder self() {
            return this;
        }

        /**
         * Starts the servers.
         *
         * @throws IllegalStateException if a credential was given for a client ID that nothing here has
         * @throws io.podidentity.emulator.manifest.ManifestException if a manifest cannot be read
         * @throws java.io.UncheckedIOException if a port is taken, clients have no way to one, or no temporary folder
         *     can be had
         */
        public PodIdentityEmulator start() {
            Tenant tenant = tenant();
            History<RecordedRequest> requests = requests();
            History<LogLine> log = log();
            var servers = Servers.start(tenant, places(), keys(), added(), requests, log);
            return new PodIdentityEmulator(tenant, servers, requests, log);
        }
    }
}
