package io.podidentity.podid.cluster;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
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
import io.podidentity.emulator.tls.CertificateAuthority;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.serve.RealCluster;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
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

    /** What Azure's own libraries take for genuine. */
    private static final String LOGIN = "login.microsoftonline.com";

    /** From where pods are led to here: Entra ID, and Resource Manager, which az asks when it signs in. */
    static final List<String> HOSTS = List.of(LOGIN, "management.azure.com");

    private static final long INTERVAL_SECONDS = 60;
    private static final int FIRST_WITH_SIDECARS = 32;

    private final KubernetesClient client = new KubernetesClientBuilder().build();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        var daemon = new Thread(task, "podid-cluster");
        daemon.setDaemon(true);
        return daemon;
    });
    private Consumer<String> log = line -> {};
    private AddedEndpoint.@Nullable Azure azure;
    private @Nullable CertificateAuthority authority;
    private @Nullable PodIdentityObjects podIdentity;
    private volatile @Nullable AdmissionEndpoint webhook;
    private boolean wasConfigured;

    /** As the service loader makes it. */
    public KubernetesCluster() {}

    @Override
    public void prepare(
            PodIdentityEmulator.Builder builder,
            Optional<MatchRules> rules,
            boolean evenInAzure,
            Consumer<String> lines) {
        log = lines;
        if (!evenInAzure) {
            SignsOfAzure.find(client).ifPresent(sign -> {
                throw new IllegalStateException("This cluster is in Azure, where an emulated one could do harm: " + sign
                        + ". Add --allow-azure to run it anyway.");
            });
        }
        EntraKeys kept = KeptKeys.of(client, Instant.now());
        authority = kept.authority();
        builder.keys(kept).withoutRoles().entraAs(HOSTS).besideEntra(beside -> {
            azure = beside;
            return this::answer;
        });
        rules.map(MatchRules::profile).filter(Profile::hasNmi).ifPresent(profile -> {
            var objects = new PodIdentityObjects(client, profile, log);
            podIdentity = objects;
            builder.cluster(objects.now().with(objects.assignedNow().all())).actualCluster(objects);
        });
    }

    private Optional<Answer> answer(Request request) {
        if (!request.rawPath().equals(AdmissionEndpoint.PATH)) {
            return Optional.empty();
        }
        AdmissionEndpoint ready = webhook;
        if (ready == null || request.isGet()) {
            // The kubelet asks whether it serves.
            return Optional.of(Answer.empty(ready == null ? 503 : 200));
        }
        return Optional.of(ready.answer(request));
    }

    @Override
    public void follow(PodIdentityEmulator emulator) {
        AddedEndpoint.Azure beside = requireNonNull(azure, "azure");
        var issuer = new ClusterKeys(client, beside.directory().federation());
        var objects = new AzureOfCluster(client, beside.directory(), issuer.read(), thread, log);
        PodIdentityObjects pods = podIdentity;
        if (pods != null) {
            pods.onChange(thread, () -> apply(pods.now(), emulator, objects));
        }
        String address = client.services().withName(NAME).get().getSpec().getClusterIP();
        var bundle = new TrustBundle(client, address, emulator.trustStore());
        var settings = new WebhookSettings(
                WebhookVersion.V1_6_0,
                beside.directory().tenantId(),
                "https://" + LOGIN + "/",
                knowsSidecars(),
                Optional.empty());
        webhook = new AdmissionEndpoint(settings, objects::annotations, bundle);
        Runnable trust = keepWebhookTrusted(requireNonNull(authority, "authority"));
        var unused = thread.scheduleWithFixedDelay(
                () -> {
                    log(issuer::read);
                    log(bundle::renew);
                    log(trust);
                },
                INTERVAL_SECONDS,
                INTERVAL_SECONDS,
                TimeUnit.SECONDS);
    }

    /** Tells the API server whom to trust when it asks the webhook, again whenever somebody writes something else. */
    private Runnable keepWebhookTrusted(CertificateAuthority signer) {
        String bundle = Base64.getEncoder().encodeToString(signer.pem().getBytes(StandardCharsets.US_ASCII));
        var followed = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .withName(NAME)
                .inform();
        Runnable trust = () -> trust(followed.getStore().list(), bundle);
        followed.addEventHandler(new SoonAfter(thread, () -> log(trust)));
        return trust;
    }

    private void trust(List<MutatingWebhookConfiguration> present, String bundle) {
        if (present.isEmpty() && wasConfigured) {
            log.accept("the webhook's configuration is deleted: pods get no identity until it is applied again");
        }
        wasConfigured = !present.isEmpty();
        for (MutatingWebhookConfiguration one : present) {
            boolean right = one.getWebhooks().stream()
                    .allMatch(hook -> bundle.equals(hook.getClientConfig().getCaBundle()));
            if (!right) {
                client.resource(one).edit(before -> {
                    var after = new MutatingWebhookConfigurationBuilder(before).build();
                    after.getWebhooks().forEach(hook -> hook.getClientConfig().setCaBundle(bundle));
                    return after;
                });
                log.accept("the API server trusts the webhook");
            }
        }
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
        client.close();
    }
}
