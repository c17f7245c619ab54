// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Answer;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.plan.AddedEndpoint;
import io.podidentity.emulator.plan.EntraKeys;
import io.podidentity.emulator.plan.Places.PortName;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.serve.RealCluster;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The cluster in which this pod runs: its service accounts and one ConfigMap say what there is in the emulated Azure,
 * Entra ID trusts its issuer, and its API server asks the webhook.
 *
 * <p>Thread-safety: one thread calls it. Lifecycle: follows the cluster from {@link #follow} until {@link #close}.
 */
public final class KubernetesCluster implements RealCluster {

    /** The Service, and all else of {@code k8s/emulated-azure} but what pods trust. */
    static final String NAME = "emulated-azure";

    /** Pods ask NMI on their node, which says for whom it asks; here they could name any identity. */
    private static final Set<PortName> OF_NO_SERVICE =
            Set.of(PortName.IMDS, PortName.CLUSTER_ISSUER, PortName.TOKEN_PROXY, PortName.NMI_OBSERVED);

    private static final long INTERVAL_SECONDS = 60;

    /** The name of its pod, as Kubernetes sets it. */
    private static final String POD_VARIABLE = "HOSTNAME";

    private static final int FIRST_WITH_SIDECARS = 32;

    /** A renewal that failed is asked for again by the clock, and not after pauses that grow. */
    private static final RequestConfig WITHOUT_REPETITION = new RequestConfigBuilder()
            .withRequestRetryBackoffLimit(0)
            .withRequestTimeout((int) ServingLease.INTERVAL.toMillis())
            .build();

    private final KubernetesClient client = new KubernetesClientBuilder().build();
    private final ScheduledExecutorService thread = newThread("podid-cluster");

    /** A thread of its own, so that nothing else delays a renewal. */
    private final ScheduledExecutorService renewing = newThread("podid-lease");

    private final ServingLease lease = new ServingLease(
            client.newClient(WITHOUT_REPETITION).adapt(KubernetesClient.class),
            System.getenv().getOrDefault(POD_VARIABLE, NAME),
            Clock.systemUTC(),
            time -> TimeUnit.NANOSECONDS.sleep(time.toNanos()));
    private Consumer<String> log = line -> {};
    private AddedEndpoint.@Nullable Azure azure;
    private @Nullable KeptKeys keys;
    private @Nullable PodIdentityObjects podIdentity;
    private volatile @Nullable AdmissionEndpoint webhook;
    private final NodeTokens nodes = new NodeTokens();
    private @Nullable ClusterAcceptance acceptance;
    private volatile Optional<WebhookConfiguration> written = Optional.empty();
    private volatile Optional<Runnable> ending = Optional.empty();

    /** As the service loader makes it. */
    public KubernetesCluster() {}

    private static ScheduledExecutorService newThread(String name) {
        return Executors.newSingleThreadScheduledExecutor(task -> newDaemon(task, name));
    }

    /** A thread that does not keep the process alive. */
    private static Thread newDaemon(Runnable task, String name) {
        var daemon = new Thread(task, name);
        daemon.setDaemon(true);
        return daemon;
    }

    @Override
    public void prepare(
            PodIdentityEmulator.Builder builder,
            Optional<MatchRules> rules,
            boolean evenInAzure,
            Consumer<String> lines) {
        log = lines;
        Optional<Profile> profile = rules.map(MatchRules::profile).filter(Profile::hasNmi);
        requireAllowed(new ClusterAcceptance(client, evenInAzure, profile.isPresent()));
        builder.entraAs(TrustBundle.HOSTS).withoutRoles().hiding(OF_NO_SERVICE).besideEntra(this::besideEntra);
        provideKeys(builder);
        profile.ifPresent(played -> providePodIdentity(builder, played));
    }

    private void requireAllowed(ClusterAcceptance accepted) {
        acceptance = accepted;
        refuse(accepted);
        if (awaitLease()) {
            // What podid must not run beside may have come meanwhile.
            refuse(accepted);
        }
    }

    private AddedEndpoint besideEntra(AddedEndpoint.Azure started) {
        azure = started;
        return this::answer;
    }

    private void provideKeys(PodIdentityEmulator.Builder builder) {
        KeptKeys kept = KeptKeys.read(client, Instant.now(), builder.places().names(), log);
        keys = kept;
        builder.keys(new EntraKeys(kept.authority(), () -> kept));
    }

    private void providePodIdentity(PodIdentityEmulator.Builder builder, Profile profile) {
        PodIdentityKinds.createMissing(client, log);
        var objects = new PodIdentityObjects(client, profile, nodes, log);
        podIdentity = objects;
        builder.cluster(objects.now().with(objects.assignedNow().all())).actualCluster(objects);
    }

    private void refuse(ClusterAcceptance accepted) {
        accepted.refusal().ifPresent(refusal -> {
            WebhookConfiguration.remove(client);
            throw new IllegalStateException(refusal);
        });
    }

    /** Whether another pod had to go first. */
    private boolean awaitLease() {
        try {
            boolean hasWaited = lease.await(log);
            long seconds = ServingLease.INTERVAL.toSeconds();
            var unused = renewing.scheduleWithFixedDelay(() -> log(this::renew), seconds, seconds, TimeUnit.SECONDS);
            return hasWaited;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("podid was ended while it waited for another pod of podid", e);
        }
    }

    private void renew() {
        lease.take().ifPresent(other -> {
            log.accept("pod " + other + " serves this cluster now, since this pod did not renew its Lease " + NAME
                    + " in time: this pod ends");
            ending.ifPresent(Runnable::run);
        });
    }

    private Optional<Answer> answer(Request request) {
        if (!AdmissionEndpoint.isBelow(request.rawPath())) {
            return Optional.empty();
        }
        AdmissionEndpoint ready = webhook;
        boolean isProbe = request.isGet() && request.rawPath().equals(AdmissionEndpoint.PATH);
        if (ready == null || isProbe) {
            // The kubelet asks whether it serves.
            return Optional.of(Answer.empty(ready == null ? 503 : 200));
        }
        return Optional.of(ready.answer(request));
    }

    @Override
    public void follow(PodIdentityEmulator emulator, Runnable end) {
        ending = Optional.of(end);
        AddedEndpoint.Azure beside = requireNonNull(azure, "azure");
        KeptKeys kept = requireNonNull(keys, "keys");
        var issuer = new ClusterKeys(client, beside.directory().federation(), nodes);
        var objects = new AzureOfCluster(client, beside, kept, issuer.read(), thread, log);
        PodIdentityObjects pods = podIdentity;
        if (pods != null) {
            pods.onChange(thread, () -> apply(pods.now(), emulator, objects));
        }
        String address = client.services().withName(NAME).get().getSpec().getClusterIP();
        var bundle = new TrustBundle(client, address, emulator.trustStore());
        // A new one with each process, so that one that came into an error message ends with it.
        String path = AdmissionEndpoint.newPath();
        // Before the configuration, which makes the API server ask.
        webhook = new AdmissionEndpoint(path, webhookSettings(beside), objects::annotations, bundle);
        var configuration = new WebhookConfiguration(client, path, kept.authority(), pods != null);
        configuration.keep(thread);
        written = Optional.of(configuration);
        var unused = thread.scheduleWithFixedDelay(
                () -> lookAgain(issuer, bundle, end), INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
    }

    private WebhookSettings webhookSettings(AddedEndpoint.Azure beside) {
        return new WebhookSettings(
                WebhookVersion.V1_6_0,
                beside.directory().tenantId(),
                "https://" + TrustBundle.LOGIN + "/",
                knowsSidecars(),
                Optional.empty());
    }

    /** Looks at what the client does not follow; one failure does not keep from the others. */
    private void lookAgain(ClusterKeys issuer, TrustBundle bundle, Runnable end) {
        log(issuer::read);
        log(bundle::renew);
        log(() -> endIfRefused(end));
    }

    /** What podid must not run beside may come later than podid. */
    private void endIfRefused(Runnable end) {
        requireNonNull(acceptance, "acceptance").refusalLater().ifPresent(refusal -> {
            log.accept(refusal);
            WebhookConfiguration.remove(client);
            end.run();
        });
    }

    private static void apply(Cluster now, PodIdentityEmulator emulator, AzureOfCluster azure) {
        emulator.apply(now);
        azure.also(now.identities().stream()
                .map(AzureIdentity::clientId)
                .filter(ClientIdText::canBeOne)
                .collect(Collectors.toSet()));
    }

    /** As the API server does from 1.32 on. */
    private boolean knowsSidecars() {
        String minor = client.getKubernetesVersion().getMinor().replaceAll("[^0-9]", "");
        return minor.isEmpty() || Integer.parseInt(minor) >= FIRST_WITH_SIDECARS;
    }

    /** What fails now is tried again later. */
    private void log(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            log.accept("the cluster did not answer, and is asked again: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        renewing.shutdownNow();
        written.ifPresent(WebhookConfiguration::removeIfGone);
        lease.giveBack();
        client.close();
    }
}
