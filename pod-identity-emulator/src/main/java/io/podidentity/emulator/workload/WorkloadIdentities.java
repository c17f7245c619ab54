package io.podidentity.emulator.workload;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.http.Endpoint;
import io.podidentity.emulator.workload.Admission.Admitted;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes pods in a cluster with workload identity: asks the webhook, projects the token, and tells what a program in the
 * pod sees, here where there is no pod. Thread-safe.
 */
public final class WorkloadIdentities {

    private static final String TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";
    private static final String CA_FILE = "AZURE_KUBERNETES_CA_FILE";

    private final Webhook webhook;
    private final WebhookSettings settings;
    private final ProjectedTokens tokens;
    private final Endpoint entra;
    private final Endpoint imds;
    private final Clock clock;

    /**
     * A cluster with that webhook.
     *
     * @param entra where proxy sidecars exchange tokens
     * @param imds what proxy sidecars pass other requests on to
     * @param clock the machine's
     */
    public WorkloadIdentities(
            WebhookSettings settings, ProjectedTokens tokens, Endpoint entra, Endpoint imds, Clock clock) {
        this.webhook = new Webhook(settings);
        this.settings = settings;
        this.tokens = tokens;
        this.entra = entra;
        this.imds = imds;
        this.clock = clock;
    }

    /**
     * Makes a pod.
     *
     * @throws java.io.UncheckedIOException if its token cannot be written
     */
    public WorkloadPod create(Cluster cluster, Pod pod) {
        Admission admission = webhook.admit(cluster, pod);
        return admission instanceof Admitted admitted ? create(admitted) : new WorkloadPod(admission, Map.of(), null);
    }

    private WorkloadPod create(Admitted admitted) {
        Pod pod = admitted.pod();
        Path file = tokens.project(pod, admitted.token());
        Map<String, String> environment = environment(pod);
        replace(environment, TOKEN_FILE, mount() + "/" + settings.version().file(), file);
        settings.bindings()
                .ifPresent(bindings -> replace(environment, CA_FILE, IdentityBindings.caFile(mount()), bindings.ca()));
        boolean proxied = ProxyContainers.wantedBy(pod.metadata().annotations());
        return new WorkloadPod(admitted, environment, proxied ? proxy(pod.spec(), file) : null);
    }

    /** Answers by the variables of its own container, not by those of the program that asks. */
    private Endpoint proxy(PodSpec pod, Path file) {
        Map<String, String> environment =
                environment(Stream.concat(pod.initContainers().stream(), pod.containers().stream())
                        .filter(container -> container.name().equals(ProxyContainers.SIDECAR)));
        return new ProxySidecar(
                environment.getOrDefault("AZURE_CLIENT_ID", ""),
                environment.getOrDefault("AZURE_AUTHORITY_HOST", settings.authorityHost()),
                environment.getOrDefault("AZURE_TENANT_ID", settings.tenantId()),
                file,
                entra,
                imds,
                clock);
    }

    private String mount() {
        return settings.version().mountPath();
    }

    /**
     * A path that is the webhook's own becomes that of a file of this machine; any other leads nowhere, as in a pod.
     */
    private static void replace(Map<String, String> environment, String name, String injected, Path real) {
        environment.computeIfPresent(name, (variable, path) -> path.equals(injected) ? real.toString() : path);
    }

    /** Of the first container that is the user's own and not skipped. */
    private static Map<String, String> environment(Pod pod) {
        Set<String> skipped = Webhook.skipped(pod.metadata().annotations());
        return environment(pod.spec().containers().stream()
                .filter(container -> !container.name().equals(ProxyContainers.SIDECAR))
                .filter(container -> !skipped.contains(container.name())));
    }

    private static Map<String, String> environment(Stream<Container> containers) {
        var environment = new TreeMap<String, String>();
        containers.findFirst().stream()
                .flatMap(container -> container.env().stream())
                .forEach(variable -> put(environment, variable));
        return environment;
    }

    private static void put(Map<String, String> environment, EnvironmentVariable variable) {
        String value = variable.value();
        if (value != null && variable.name().startsWith("AZURE_")) {
            environment.put(variable.name(), value);
        }
    }

    /**
     * A pod as the cluster made it, and what its program sees on this machine.
     *
     * @param admission what the webhook decided
     * @param environment the Azure variables of its first container; the token file is a real one
     * @param proxy what answers in place of the metadata service, null if the pod has no proxy sidecar
     */
    public record WorkloadPod(
            Admission admission,
            Map<String, String> environment,
            @Nullable Endpoint proxy) {

        public WorkloadPod {
            environment = Map.copyOf(environment);
        }
    }
}
