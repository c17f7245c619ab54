// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.history.History;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.history.RecordedRequest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.nmi.NmiSettings;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.time.EmulatorClock;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The options of an emulator: what there is in its Azure, and besides the cluster, the time, and the addresses of the
 * servers.
 *
 * <p>Not thread-safe. Arguments are not null; GUIDs are compared case-insensitively.
 *
 * @param <B> the builder, which each method returns
 * @since 0.1.0
 */
public abstract class EmulatorOptions<B extends EmulatorOptions<B>> extends TenantOptions<B> {
    private Places places = Places.onLoopback();
    private @Nullable EntraKeys keys;
    private final List<Function<AddedEndpoint.Azure, AddedEndpoint>> added = new ArrayList<>();
    private Consumer<RecordedRequest> listener = request -> {};
    private Consumer<LogLine> logListener = line -> {};

    protected EmulatorOptions() {}

    /**
     * Lets an identity authenticate by the tokens of a service account of the emulated cluster. An account that is
     * annotated with a client ID is trusted without this, until {@link #withoutAssumedCredentials}. An identity that
     * was not described before is created.
     *
     * @param subject {@code system:serviceaccount:NAMESPACE:NAME}, compared exactly
     * @param delay how long after the start, on the cluster's clock, it is known everywhere
     */
    public B federatedServiceAccount(String clientId, String subject, Duration delay) {
        return federatedServiceAccount(clientId, subject, WebhookSettings.AUDIENCE, delay);
    }

    /** The same, for tokens of another audience than {@code api://AzureADTokenExchange}. */
    public B federatedServiceAccount(String clientId, String subject, String audience, Duration delay) {
        plan.trusted.add(new Tenant.Trust(
                requireNonNull(clientId, "clientId"),
                requireNonNull(subject, "subject"),
                requireNonNull(audience, "audience"),
                requireNonNull(delay, "delay")));
        return self();
    }

    /**
     * Leaves every service account without a federated credential, unless one is given, and the tenant without the
     * identities that only annotations name. A blueprint then accepts no managed identity, unless it is given one.
     */
    public B withoutAssumedCredentials() {
        plan.trustsAnnotated = false;
        return self();
    }

    /**
     * Binds an identity, known or new, to the emulated cluster, as {@code az aks identity-binding create} does. A
     * service account can use it if a ClusterRole of the manifests lets it {@code use-managed-identity}, or if it is
     * one of the subjects.
     *
     * @param allowedSubjects the accounts that need no role, {@code system:serviceaccount:NAMESPACE:NAME}
     */
    public B identityBinding(String clientId, String... allowedSubjects) {
        plan.bound
                .computeIfAbsent(requireNonNull(clientId, "clientId"), id -> new LinkedHashSet<>())
                .addAll(List.of(allowedSubjects));
        return self();
    }

    /** The clock by which tokens are issued and checked; the system's by default. */
    public B clock(Clock clock) {
        plan.clock = requireNonNull(clock, "clock");
        return self();
    }

    /** The clock on which the cluster waits and Azure's changes spread; the machine's by default. */
    public B clusterClock(EmulatorClock clock) {
        plan.clusterClock = requireNonNull(clock, "clock");
        return self();
    }

    /**
     * Adds manifests: files, and folders with all that is below them. They are read by {@code start()}, as the profile
     * decodes them, and beside those given to {@link #cluster}. What they refer to in Azure, identities and the secrets
     * of applications, is there unless the tenant has it differently.
     */
    public B manifests(Path... paths) {
        plan.manifests.addAll(List.of(paths));
        return self();
    }

    /**
     * What runs in the cluster; by default 1.5.4 if anything in it asks for pod identity, else workload identity alone.
     */
    public B profile(Profile profile) {
        plan.profile = requireNonNull(profile, "profile");
        return self();
    }

    /** The profile with other than the default flags. */
    public B nmi(NmiSettings settings) {
        plan.nmi = requireNonNull(settings, "settings");
        return self();
    }

    /**
     * Lets the cluster's time pass faster than the machine's: MIC's, NMI's and Azure's waits, not the life of tokens.
     *
     * @param timesFaster 1 or more; at 60 a minute of the cluster passes in a second
     * @throws IllegalArgumentException if it is less than 1 or not a number
     */
    public B timeScale(double timesFaster) {
        return clusterClock(ScaledClock.scaled(timesFaster));
    }

    /** Is told of every line that MIC and NMI log, on the thread that logs it. */
    public B onLog(Consumer<LogLine> listener) {
        this.logListener = requireNonNull(listener, "listener");
        return self();
    }

    /** The same, of manifests that were read before. */
    public B manifests(Manifests manifests) {
        plan.cluster = manifests.cluster();
        return self();
    }

    /** The objects of the cluster, in place of none. */
    public B cluster(Cluster cluster) {
        plan.cluster = requireNonNull(cluster, "cluster");
        return self();
    }

    /**
     * The cluster whose objects {@link #cluster} has at the start. NMI is then asked at its port on the host alone, by
     * connections of the cluster's {@link ActualCluster#nodes nodes}, which say, in the PROXY protocol, which pod's
     * address they come from.
     */
    public B actualCluster(ActualCluster cluster) {
        plan.actual = requireNonNull(cluster, "cluster");
        // Whatever identities there are when it starts.
        plan.tenantId = requireNonNullElse(plan.tenantId, TenantPlan.TENANT_ID);
        return self();
    }

    /** The version of the workload identity webhook, which decides on paths and names; 1.6.0 by default. */
    public B webhook(WebhookVersion version) {
        plan.webhook = requireNonNull(version, "version");
        return self();
    }

    /** The ports on 127.0.0.1; 0, the default, takes any free one. */
    public B ports(int imds, int entra, int storage) {
        places = places.withPorts(imds, entra, storage);
        return self();
    }

    /** Where it listens and how clients reach it, in place of {@link #ports}; by default 127.0.0.1, any free ports. */
    public B places(Places places) {
        this.places = requireNonNull(places, "places");
        return self();
    }

    /** What clients trust, in place of the one authority and the one key of this JVM. */
    public B keys(EntraKeys keys) {
        this.keys = requireNonNull(keys, "keys");
        return self();
    }

    /** Lets clients come to Entra ID by these names alone, at HTTPS's own port; called after {@link #places}. */
    public B entraAs(List<String> hosts) {
        places = places.withEntraAs(hosts);
        return self();
    }

    /** Lets these servers listen on loopback, whatever the address is; called after {@link #places}. */
    public B hiding(Set<PortName> servers) {
        places = places.hiding(servers);
        return self();
    }

    /** Adds a service at Entra ID's address, made once what it stands on is there. */
    public B besideEntra(Function<AddedEndpoint.Azure, AddedEndpoint> endpoint) {
        added.add(requireNonNull(endpoint, "endpoint"));
        return self();
    }

    /** Is told of every request, on the thread that serves it. */
    public B onRequest(Consumer<RecordedRequest> listener) {
        this.listener = requireNonNull(listener, "listener");
        return self();
    }

    /**
     * What the options describe now.
     *
     * @throws IllegalStateException if a credential was given for a client ID that nothing here has
     * @throws io.podidentity.emulator.manifest.ManifestException if a manifest cannot be read
     */
    protected final Tenant tenant() {
        return plan.tenant();
    }

    protected final EntraKeys keys() {
        return keys == null ? EntraKeys.ofThisJvm(places.names()) : keys;
    }

    /** Where the emulator is to listen, as set until now. */
    public final Places places() {
        return places;
    }

    protected final List<Function<AddedEndpoint.Azure, AddedEndpoint>> added() {
        return List.copyOf(added);
    }

    protected final History<RecordedRequest> requests() {
        return new History<>(listener);
    }

    protected final History<LogLine> log() {
        return new History<>(logListener);
    }
}
