package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What must be so for a pod of workload identity: the webhook is there, and has changed the pod that runs. */
final class WorkloadLinks {

    private static final String HOOK = "mutation.azure-workload-identity.io";
    private static final String INSTALL =
            "az aks update -n CLUSTER -g CLUSTER_GROUP --enable-oidc-issuer" + " --enable-workload-identity";

    private final Live live;
    private final Pod pod;
    private final String kind;
    private final List<Part> running;

    /**
     * Of a pod whose manifests are right.
     *
     * @param kind of what makes it
     */
    WorkloadLinks(Live live, Pod pod, String kind, List<Part> running) {
        this.live = live;
        this.pod = pod;
        this.kind = kind;
        this.running = running;
    }

    /** In the order in which they are needed; ends at the first that fails. */
    List<Link> links() {
        var links = new ArrayList<Link>();
        links.add(webhook());
        if (!links.get(0).isFailed()) {
            links.add(changed());
        }
        return links;
    }

    private Link webhook() {
        boolean configured = live.of("MutatingWebhookConfiguration")
                .flatMap(one -> one.at("webhooks").items().stream())
                .anyMatch(hook -> hook.text("name").equals(HOOK));
        List<Part> pods = live.parts().orElse(List.of()).stream()
                .filter(one -> image(one).contains("workload-identity/webhook"))
                .toList();
        if (!pods.isEmpty() && pods.stream().noneMatch(Part::isReady)) {
            String place = pods.get(0).namespace();
            return Link.failed(
                    "webhook",
                    "none of its " + pods.size() + " pods in " + place + " is ready, so no labelled pod can be created",
                    "kubectl describe pods -n " + place + " -l azure-workload-identity.io/system=true",
                    "kubectl logs -n " + place
                            + " -l azure-workload-identity.io/system=true --tail=200 | podid explain --log -");
        }
        if (!configured && !live.sees("mutatingwebhookconfigurations")) {
            return Link.unknown("webhook", "you may not see webhook configurations");
        }
        if (configured) {
            return Link.ok(
                    "webhook",
                    pods.isEmpty()
                            ? "its configuration is there"
                            : tag(image(pods.get(0))) + " in " + pods.get(0).namespace() + ", "
                                    + pods.stream().filter(Part::isReady).count() + " of " + pods.size()
                                    + " pods ready");
        }
        return running.stream().anyMatch(WorkloadLinks::isChanged)
                ? Link.ok("webhook", "it has changed the pod; its configuration has another name")
                : Link.failed(
                        "webhook", "the cluster has no webhook " + HOOK + ", so nothing changes the pod", INSTALL);
    }

    private Link changed() {
        if (running.isEmpty()) {
            return Link.failed(
                    "pod",
                    "it does not run: there is no such pod",
                    "kubectl get events -n " + pod.namespace()
                            + " --field-selector type=Warning | podid explain --log -");
        }
        Optional<Part> old = running.stream().filter(one -> !isChanged(one)).findFirst();
        if (old.isPresent()) {
            return Link.failed(
                    "pod",
                    old.get().name()
                            + " has no AZURE_FEDERATED_TOKEN_FILE and no token volume: it was created before the"
                            + " label, the webhook or the service account",
                    restart());
        }
        String clientId = clientId();
        Optional<Part> other = running.stream()
                .filter(one -> !variable(one, "AZURE_CLIENT_ID").equalsIgnoreCase(clientId))
                .findFirst();
        if (other.isPresent() && !isWritten("AZURE_CLIENT_ID")) {
            String has = variable(other.get(), "AZURE_CLIENT_ID");
            return Link.failed(
                    "pod",
                    other.get().name() + " has " + (has.isEmpty() ? "no AZURE_CLIENT_ID" : "AZURE_CLIENT_ID " + has)
                            + ", and its service account says " + clientId + ": it was created before that",
                    restart());
        }
        return Link.ok("pod", names() + " has the variables and the token's volume, client ID " + clientId);
    }

    private String names() {
        return running.get(0).name() + (running.size() > 1 ? " and " + (running.size() - 1) + " more" : "");
    }

    private String restart() {
        return switch (kind) {
            case "Deployment", "StatefulSet", "DaemonSet" ->
                "kubectl rollout restart " + kind.toLowerCase(Locale.ROOT) + " "
                        + pod.name().name() + " -n " + pod.namespace();
            default ->
                "kubectl delete pod " + running.get(0).name() + " -n " + pod.namespace()
                        + "   # and create it again from its manifest";
        };
    }

    /** The pod's own template sets it, and the webhook leaves that alone. */
    private boolean isWritten(String variable) {
        return pod.spec().containers().stream()
                .anyMatch(container ->
                        container.env().stream().anyMatch(one -> one.name().equals(variable)));
    }

    String clientId() {
        return live.find("ServiceAccount", pod.namespace(), Webhook.serviceAccount(pod))
                .map(account -> account.text("metadata", "annotations", Keys.CLIENT_ID))
                .orElse("");
    }

    /** The value in the first container that has it. */
    static String variable(Part pod, String name) {
        return pod.at("spec", "containers").items().stream()
                .flatMap(container -> container.at("env").items().stream())
                .filter(one -> one.text("name").equals(name))
                .map(one -> one.text("value"))
                .findFirst()
                .orElse("");
    }

    static boolean isChanged(Part pod) {
        Set<String> skipped = Arrays.stream(pod.text("metadata", "annotations", Keys.SKIP_CONTAINERS)
                        .split(";", -1))
                .map(String::strip)
                .collect(Collectors.toSet());
        boolean mounted = pod.at("spec", "volumes").items().stream().anyMatch(AsWritten::isOfWebhook);
        return mounted
                && pod.at("spec", "containers").items().stream()
                        .filter(container -> !skipped.contains(container.text("name")))
                        .allMatch(container -> container.at("env").items().stream()
                                .anyMatch(one -> one.text("name").equals("AZURE_FEDERATED_TOKEN_FILE")));
    }

    static String image(Part pod) {
        return pod.at("spec", "containers").items().stream()
                .map(container -> container.text("image"))
                .findFirst()
                .orElse("");
    }

    static String tag(String image) {
        String name = image.replaceFirst("@.*", "");
        return name.substring(name.lastIndexOf('/') + 1).replaceFirst("^[^:]*:?", "");
    }
}
