// SPDX-License-Identifier: Apache-2.0
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
import io.podidentity.emulator.workload.Annotations.DeniedException;
import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The mutating webhook of azure-workload-identity: gives labelled pods the variables, and the volume with the token,
 * by which Azure's libraries sign in. Immutable.
 *
 * @since 0.1.0
 */
public record Webhook(WebhookSettings settings) {

    /** The name under which the API server reports its refusals. */
    private static final String NAME = "mutation.azure-workload-identity.io";

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
        PodSpec withProxy = new ProxyContainers(version, settings.nativeSidecar()).injectInto(pod.spec(), annotations);
        Optional<IdentityBindings> binding = binding(annotations);
        String audience = binding.isPresent() ? IdentityBindings.AUDIENCE : WebhookSettings.AUDIENCE;
        String authorities = binding.isPresent() ? IdentityBindings.CONFIG_MAP : "";
        var token = new TokenProjection(version.file, audience, Annotations.tokenExpiration(annotations, account));
        var volume = new Volume(version.volumeName(podName(pod)), token, authorities);
        var injection = new Injection(
                skipped(annotations),
                variables(account, binding),
                new VolumeMount(volume.name(), version.mountPath, true));
        PodSpec spec = withProxy
                .withContainers(
                        injection.injectInto(withProxy.initContainers()), injection.injectInto(withProxy.containers()))
                .withVolumes(with(withProxy.volumes(), volume, Volume::name));
        return new Admission.Admitted(new Pod(pod.metadata(), spec, pod.owners(), pod.phase()), volume, token);
    }

    /**
     * What containers get.
     *
     * @param skipped the names of the containers that get nothing
     */
    private record Injection(Set<String> skipped, Map<String, String> variables, VolumeMount mount) {

        List<Container> injectInto(List<Container> containers) {
            return containers.stream().map(this::injectInto).toList();
        }

        /** Existing values are never overwritten; a mount of the same volume is corrected. */
        private Container injectInto(Container container) {
            if (skipped.contains(container.name())) {
                return container;
            }
            Set<String> own =
                    container.env().stream().map(EnvironmentVariable::name).collect(Collectors.toSet());
            var env = new ArrayList<>(container.env());
            variables.forEach((name, value) -> {
                if (!own.contains(name)) {
                    env.add(new EnvironmentVariable(name, value));
                }
            });
            return container.withEnv(env).withVolumeMounts(with(container.volumeMounts(), mount, VolumeMount::name));
        }
    }

    /** In place of the first of the same name, or last. */
    private static <T> List<T> with(List<T> present, T wanted, Function<T, String> name) {
        var all = new ArrayList<>(present);
        int place = present.stream().map(name).toList().indexOf(name.apply(wanted));
        if (place < 0) {
            all.add(wanted);
        } else {
            all.set(place, wanted);
        }
        return all;
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
        var variables = new LinkedHashMap<String, String>();
        variables.put("AZURE_CLIENT_ID", account.getOrDefault(Keys.CLIENT_ID, ""));
        variables.put("AZURE_TENANT_ID", account.getOrDefault(Keys.TENANT_ID, settings.tenantId()));
        variables.put("AZURE_FEDERATED_TOKEN_FILE", settings.tokenFile());
        variables.put("AZURE_AUTHORITY_HOST", settings.authorityHost());
        binding.ifPresent(proxy -> {
            variables.put("AZURE_KUBERNETES_TOKEN_PROXY", proxy.url());
            variables.put("AZURE_KUBERNETES_SNI_NAME", proxy.sniName());
            variables.put("AZURE_KUBERNETES_CA_FILE", settings.caFile());
        });
        if (!settings.version().injectsEmptyValues()) {
            variables.values().removeIf(String::isEmpty);
        }
        return variables;
    }

    /** The names of the containers that are to be left alone. */
    public static Set<String> skipped(Map<String, String> podAnnotations) {
        String names = podAnnotations.getOrDefault(Keys.SKIP_CONTAINERS, "");
        if (names.isEmpty()) {
            return Set.of();
        }
        return Arrays.stream(names.split(";", -1)).map(String::strip).collect(Collectors.toUnmodifiableSet());
    }
}
