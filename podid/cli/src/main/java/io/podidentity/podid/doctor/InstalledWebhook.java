// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The webhook of workload identity in a cluster: whether it answers, and which pods it has changed. */
record InstalledWebhook(Live live) {

    static final String LINK = "webhook";

    /** The label that the webhook's own manifests give to all of its objects. */
    private static final String LABEL_OF_SYSTEM = "azure-workload-identity.io/system";

    /** The webhooks of workload identity that the API server asks. */
    static Stream<KubernetesJson> findHooks(List<KubernetesJson> objects) {
        return objects.stream()
                .filter(object -> object.kind().equals("MutatingWebhookConfiguration"))
                .flatMap(object -> object.at("webhooks").items().stream())
                .filter(hook -> hook.text("name").endsWith("azure-workload-identity.io"));
    }

    static boolean isOfWebhook(KubernetesJson part) {
        return part.text("metadata", "labels", LABEL_OF_SYSTEM).equals("true");
    }

    /** Whether a pod answers for the webhook; one at an address of its own is not asked. */
    Link checkAnswering(KubernetesJson hook) {
        List<KubernetesJson> parts = live.parts().orElse(List.of());
        List<KubernetesJson> ofWebhook =
                parts.stream().filter(InstalledWebhook::isOfWebhook).toList();
        long ready = ofWebhook.stream().filter(KubernetesJson::isReady).count();
        if (ready > 0) {
            KubernetesJson first = ofWebhook.get(0);
            return Link.ok(
                    LINK,
                    Live.readVersion(first) + " in " + first.namespace() + ", " + ready + " of " + ofWebhook.size()
                            + " pods ready");
        }
        boolean isAtAddress = hook.text("clientConfig", "service", "name").isEmpty();
        if (ofWebhook.isEmpty() && (isAtAddress || hasReadyEndpoint(parts))) {
            return Link.ok(LINK, "its configuration is there");
        }
        return Link.failed(
                LINK,
                "none of its " + ofWebhook.size() + " pods is ready, so " + describeConsequence(hook),
                "kubectl get deployments,pods -A -l azure-workload-identity.io/system=true   # scaled to zero?",
                "kubectl logs -n " + hook.text("clientConfig", "service", "namespace")
                        + " -l azure-workload-identity.io/system=true --tail=200 | podid explain --log -");
    }

    /** Whether an EndpointSlice among the parts has an address that is ready. */
    private static boolean hasReadyEndpoint(List<KubernetesJson> parts) {
        return parts.stream()
                .flatMap(slice -> slice.at("endpoints").items().stream())
                .anyMatch(endpoint -> endpoint.text("conditions", "ready").equals("true"));
    }

    private static String describeConsequence(KubernetesJson hook) {
        return hook.text("failurePolicy").equals("Ignore") ? "no pod is changed" : "no labelled pod can be created";
    }

    /**
     * Whether a pod is younger than the webhook, and the API server may have created the pod without the webhook.
     *
     * @param created when the pod was created
     */
    boolean mayHaveMissed(String created) {
        Optional<KubernetesJson> configuration = live.objectsOfKind("MutatingWebhookConfiguration")
                .filter(InstalledWebhook::letsPodsPass)
                .findFirst();
        if (configuration.isEmpty() || !isLater(created, configuration.get())) {
            return false;
        }
        return live.parts().orElse(List.of()).stream()
                .filter(InstalledWebhook::isOfWebhook)
                .allMatch(part -> isLater(created, part));
    }

    /** With failurePolicy Ignore the API server creates a pod unchanged where the webhook does not answer. */
    private static boolean letsPodsPass(KubernetesJson configuration) {
        return findHooks(List.of(configuration))
                .anyMatch(hook -> hook.text("failurePolicy").equals("Ignore"));
    }

    private static boolean isLater(String time, KubernetesJson object) {
        return time.compareTo(object.created()) > 0;
    }

    /** Whether the webhook has changed the pod: it has the volume, and each container that is not skipped a token. */
    static boolean hasChanged(KubernetesJson pod) {
        if (!LiveText.hasVolumeOfWebhook(pod)) {
            return false;
        }
        Set<String> skipped = Arrays.stream(pod.text("metadata", "annotations", Keys.SKIP_CONTAINERS)
                        .split(";", -1))
                .map(String::strip)
                .collect(Collectors.toSet());
        return pod.at("spec", "containers").items().stream()
                .filter(container -> !skipped.contains(container.text("name")))
                .allMatch(InstalledWebhook::hasTokenFile);
    }

    private static boolean hasTokenFile(KubernetesJson container) {
        return container.at("env").items().stream()
                .anyMatch(variable -> variable.text("name").equals("AZURE_FEDERATED_TOKEN_FILE"));
    }
}
