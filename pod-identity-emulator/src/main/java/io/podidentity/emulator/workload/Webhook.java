package io.podidentity.emulator.workload;

import io.podidentity.emulator.workload.WebhookSettings.IdentityBindings;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The mutating webhook of azure-workload-identity: gives labelled pods the variables, and the volume with the token,
 * by which Azure's libraries sign in.
 *
 * <p>Thread-safety: immutable.
 */
public final class Webhook {

    /** The name under which the API server reports its refusals. */
    static final String NAME = "mutation.azure-workload-identity.io";

    private final WebhookSettings settings;
    private final ProxyContainers proxies;

    public Webhook(WebhookSettings settings) {
        this.settings = settings;
        this.proxies = new ProxyContainers(settings.nativeSidecar());
    }

    /**
     * Decides on a pod.
     *
     * @param serviceAccount the annotations of the account that {@link WorkloadPod#serviceAccount()} names; empty if
     *     there is no such account
     */
    public Admission admit(WorkloadPod pod, Optional<Map<String, String>> serviceAccount) {
        if (serviceAccount.isEmpty()) {
            // The API server looks before it asks any webhook, whether the pod is labelled or not.
            String name = pod.serviceAccount();
            return new Admission.Denied("pods \"%s\" is forbidden: error looking up service account %s/%s: "
                            .formatted(pod.name(), pod.namespace(), name)
                    + "serviceaccount \"" + name + "\" not found");
        }
        if (!"true".equals(pod.labels().get(Keys.USE))) {
            return new Admission.NotSelected();
        }
        try {
            return mutate(pod, serviceAccount.get());
        } catch (DeniedException denied) {
            return new Admission.Denied("admission webhook \"" + NAME + "\" denied the request: " + denied.getMessage());
        }
    }

    private Admission mutate(WorkloadPod pod, Map<String, String> account) {
        WorkloadPod withProxy = proxies.injectInto(pod);
        Optional<IdentityBindings> binding = binding(pod);
        WebhookVersion version = settings.version();
        var token = new TokenVolume(
                version.volumeName(pod.name()),
                version.file(),
                binding.isPresent() ? IdentityBindings.AUDIENCE : WebhookSettings.AUDIENCE,
                TokenExpiration.seconds(
                        pod.annotations().get(Keys.TOKEN_EXPIRATION), account.get(Keys.TOKEN_EXPIRATION)));
        var mount = new VolumeMount(token.name(), version.mountPath(), true);
        Map<String, String> variables = variables(account, binding);
        Set<String> skipped = skipped(pod.annotations());
        WorkloadPod mutated = withProxy
                .withContainers(
                        mutate(withProxy.initContainers(), skipped, variables, mount),
                        mutate(withProxy.containers(), skipped, variables, mount))
                .with(token);
        return new Admission.Admitted(mutated, token);
    }

    private Optional<IdentityBindings> binding(WorkloadPod pod) {
        boolean wanted = "true".equalsIgnoreCase(pod.annotations().get(Keys.USE_IDENTITY_BINDING));
        return settings.bindings().filter(bindings -> wanted && settings.version().knowsIdentityBindings());
    }

    private Map<String, String> variables(Map<String, String> account, Optional<IdentityBindings> binding) {
        String mountPath = settings.version().mountPath();
        var variables = new LinkedHashMap<String, String>();
        variables.put("AZURE_CLIENT_ID", account.getOrDefault(Keys.CLIENT_ID, ""));
        variables.put("AZURE_TENANT_ID", account.getOrDefault(Keys.TENANT_ID, settings.tenantId()));
        variables.put("AZURE_FEDERATED_TOKEN_FILE", mountPath + "/" + settings.version().file());
        variables.put("AZURE_AUTHORITY_HOST", settings.authorityHost());
        binding.ifPresent(bindings -> variables.putAll(bindings.environment(mountPath)));
        return variables;
    }

    private List<Container> mutate(
            List<Container> containers, Set<String> skipped, Map<String, String> variables, VolumeMount mount) {
        boolean emptyOnesToo = settings.version().injectsEmptyValues();
        return containers.stream()
                .map(container -> skipped.contains(container.name())
                        ? container
                        : container.withMissing(variables, emptyOnesToo).with(mount))
                .toList();
    }

    /** The names of the containers that are to be left alone. */
    static Set<String> skipped(Map<String, String> podAnnotations) {
        String names = podAnnotations.getOrDefault(Keys.SKIP_CONTAINERS, "");
        return names.isEmpty()
                ? Set.of()
                : Arrays.stream(names.split(";", -1)).map(String::strip).collect(Collectors.toUnmodifiableSet());
    }
}
