package io.podidentity.emulator.workload;

import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The mutating webhook of azure-workload-identity: gives labelled pods the variables, and the volume with the token,
 * by which Azure's libraries sign in. Immutable.
 */
public final class Webhook {

    /** The name under which the API server reports its refusals. */
    private static final String NAME = "mutation.azure-workload-identity.io";

    private final WebhookSettings settings;
    private final ProxyContainers proxies;

    public Webhook(WebhookSettings settings) {
        this.settings = settings;
        this.proxies = new ProxyContainers(settings.version(), settings.nativeSidecar());
    }

    /** The name of the service account that a pod runs as. */
    public static String serviceAccount(Pod pod) {
        String name = pod.spec().serviceAccountName();
        return name.isEmpty() ? "default" : name;
    }

    /** Decides on a pod of that cluster, where each namespace has an account {@code default} whatever manifests say. */
    public Admission admit(Cluster cluster, Pod pod) {
        String name = serviceAccount(pod);
        Optional<Map<String, String>> annotations = cluster.serviceAccount(new ObjectName(pod.namespace(), name))
                .map(account -> account.metadata().annotations());
        return admit(pod, name.equals("default") ? annotations.or(() -> Optional.of(Map.of())) : annotations);
    }

    /**
     * Decides on a pod.
     *
     * @param serviceAccount the annotations of the account that {@link #serviceAccount} names; empty if there is no
     *     such account
     */
    public Admission admit(Pod pod, Optional<Map<String, String>> serviceAccount) {
        if (serviceAccount.isEmpty()) {
            // The API server looks before it asks any webhook, whether the pod is labelled or not.
            String name = serviceAccount(pod);
            return new Admission.Denied(
                    "pods \"%s\" is forbidden: error looking up service account %s/%s: serviceaccount \"%s\" not found"
                            .formatted(pod.name().name(), pod.namespace(), name, name));
        }
        if (!"true".equals(pod.labels().get(Keys.USE))) {
            return new Admission.NotSelected();
        }
        try {
            return mutate(pod, serviceAccount.get());
        } catch (DeniedException denied) {
            return new Admission.Denied(
                    "admission webhook \"" + NAME + "\" denied the request: " + denied.getMessage());
        }
    }

    private Admission mutate(Pod pod, Map<String, String> account) {
        Map<String, String> annotations = pod.metadata().annotations();
        WebhookVersion version = settings.version();
        PodSpec withProxy = proxies.injectInto(pod.spec(), annotations);
        Optional<IdentityBindings> binding = binding(annotations);
        var token = new TokenProjection(
                version.file(),
                binding.isPresent() ? IdentityBindings.AUDIENCE : WebhookSettings.AUDIENCE,
                TokenExpiration.seconds(annotations.get(Keys.TOKEN_EXPIRATION), account.get(Keys.TOKEN_EXPIRATION)));
        var volume = new Volume(
                version.volumeName(podName(pod)), token, binding.isPresent() ? IdentityBindings.CONFIG_MAP : "");
        var injection = new Injection(
                skipped(annotations),
                variables(account, binding),
                version.injectsEmptyValues(),
                new VolumeMount(volume.name(), version.mountPath(), true));
        PodSpec spec = withProxy
                .withContainers(injection.into(withProxy.initContainers()), injection.into(withProxy.containers()))
                .withVolumes(volumes(withProxy.volumes(), volume));
        return new Admission.Admitted(new Pod(pod.metadata(), spec, pod.owners(), pod.phase()), volume, token);
    }

    /** A pod that a controller makes has no name yet when the webhook sees it, but for those of a StatefulSet. */
    private static String podName(Pod pod) {
        String name = pod.name().name();
        if (pod.owners().isEmpty()) {
            return name;
        }
        Owner owner = pod.owners().get(0);
        return owner.kind().equals("StatefulSet") ? name + "-0" : owner.name() + "- (prefix)";
    }

    private Optional<IdentityBindings> binding(Map<String, String> annotations) {
        boolean wanted = "true".equalsIgnoreCase(annotations.get(Keys.USE_IDENTITY_BINDING));
        return settings.bindings()
                .filter(bindings -> wanted && settings.version().knowsIdentityBindings());
    }

    private Map<String, String> variables(Map<String, String> account, Optional<IdentityBindings> binding) {
        String mountPath = settings.version().mountPath();
        var variables = new LinkedHashMap<String, String>();
        variables.put("AZURE_CLIENT_ID", account.getOrDefault(Keys.CLIENT_ID, ""));
        variables.put("AZURE_TENANT_ID", account.getOrDefault(Keys.TENANT_ID, settings.tenantId()));
        variables.put(
                "AZURE_FEDERATED_TOKEN_FILE",
                mountPath + "/" + settings.version().file());
        variables.put("AZURE_AUTHORITY_HOST", settings.authorityHost());
        binding.ifPresent(bindings -> variables.putAll(bindings.environment(mountPath)));
        return variables;
    }

    /** A volume of that name is corrected, whatever it projected. */
    private static List<Volume> volumes(List<Volume> present, Volume token) {
        var all = new ArrayList<>(present);
        all.replaceAll(one -> one.name().equals(token.name()) ? token : one);
        if (!all.contains(token)) {
            all.add(token);
        }
        return all;
    }

    /** The names of the containers that are to be left alone. */
    public static Set<String> skipped(Map<String, String> podAnnotations) {
        String names = podAnnotations.getOrDefault(Keys.SKIP_CONTAINERS, "");
        return names.isEmpty()
                ? Set.of()
                : Arrays.stream(names.split(";", -1)).map(String::strip).collect(Collectors.toUnmodifiableSet());
    }

    /**
     * What the containers of a pod get.
     *
     * @param skipped the names of those that are left alone
     * @param variables by name, in order
     * @param emptyOnesToo whether a variable without a value is injected
     */
    record Injection(Set<String> skipped, Map<String, String> variables, boolean emptyOnesToo, VolumeMount mount) {

        List<Container> into(List<Container> containers) {
            return containers.stream()
                    .map(container -> skipped.contains(container.name()) ? container : into(container))
                    .toList();
        }

        private Container into(Container container) {
            return container.withEnv(env(container.env())).withVolumeMounts(mounts(container.volumeMounts()));
        }

        /** Existing values are never overwritten. */
        private List<EnvironmentVariable> env(List<EnvironmentVariable> present) {
            var all = new ArrayList<>(present);
            variables.forEach((name, value) -> {
                boolean missing =
                        present.stream().noneMatch(variable -> variable.name().equals(name));
                if (missing && (emptyOnesToo || !value.isEmpty())) {
                    all.add(new EnvironmentVariable(name, value));
                }
            });
            return all;
        }

        /** A mount of the same volume is corrected. */
        private List<VolumeMount> mounts(List<VolumeMount> present) {
            var all = new ArrayList<>(present);
            int place = present.stream().map(VolumeMount::name).toList().indexOf(mount.name());
            if (place < 0) {
                all.add(mount);
            } else {
                all.set(place, mount);
            }
            return all;
        }
    }
}
