// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/** What must be so for a pod of workload identity: the webhook is there, and has changed the pod that runs. */
record WorkloadLinks(Live live, Pod pod, String kind, WorkloadPods pods) {

    private static final String LINK_POD = "pod";
    private static final String HOOK = "mutation.azure-workload-identity.io";
    private static final String INSTALL =
            "az aks update -n CLUSTER -g CLUSTER_GROUP --enable-oidc-issuer --enable-workload-identity";

    private static final Set<String> KINDS_WITH_ROLLOUT = Set.of("Deployment", "StatefulSet", "DaemonSet");

    /** The links in the order in which they are needed; ends at the first that fails. */
    List<Link> collectLinks() {
        Link webhook = checkWebhook();
        if (webhook.isFailed()) {
            return List.of(webhook);
        }
        var links = new ArrayList<Link>();
        links.add(webhook);
        links.add(pods.activePods().isEmpty() ? pods.explainAbsence() : checkPods());
        links.addAll(credentials().checkContainers());
        return links;
    }

    /** How the containers of the pods sign in. */
    WorkloadCredentials credentials() {
        return new WorkloadCredentials(live, pod, pods);
    }

    private Link checkWebhook() {
        Optional<KubernetesJson> hook =
                InstalledWebhook.findHooks(live.objects()).findFirst();
        boolean isPodHidden = hook.isPresent() && live.parts().isEmpty();
        if (!live.canSee("mutatingwebhookconfigurations") || isPodHidden) {
            return Link.unknown(InstalledWebhook.LINK, "you may not see whether it is there and answers");
        }
        if (hook.isPresent()) {
            return new InstalledWebhook(live).checkAnswering(hook.get());
        }
        if (hasVariablesWithoutWebhook()) {
            return Link.ok(InstalledWebhook.LINK, "the cluster has none, and the pod has its variables without it");
        }
        return Link.failed(
                InstalledWebhook.LINK, "the cluster has no webhook " + HOOK + ", so nothing changes the pod", INSTALL);
    }

    /** Whether the pod's own manifest has the variables, or somebody has written them into the pod. */
    private boolean hasVariablesWithoutWebhook() {
        return isWritten("AZURE_FEDERATED_TOKEN_FILE")
                || (kind.equals("Pod") && pods.activePods().stream().anyMatch(InstalledWebhook::hasChanged));
    }

    /** Whether all pods that run are as the webhook and the service account make them now. */
    private Link checkPods() {
        return failUnchanged()
                .or(this::checkTokenProxy)
                .or(this::checkClientId)
                .orElseGet(() -> Link.ok(LINK_POD, describeChanged()));
    }

    /** Fails a pod that runs without the webhook's variables, and without others that lead to a token. */
    private Optional<Link> failUnchanged() {
        Optional<KubernetesJson> unchanged = pods.activePods().stream()
                .filter(running -> !InstalledWebhook.hasChanged(running))
                .findFirst();
        if (unchanged.isEmpty() || credentials().signsIn()) {
            return Optional.empty();
        }
        String has = unchanged.get().name() + " has no AZURE_FEDERATED_TOKEN_FILE and no token volume: ";
        if (!new InstalledWebhook(live).mayHaveMissed(unchanged.get().created())) {
            return Optional.of(Link.failed(
                    LINK_POD,
                    has + "it was created before the label, the webhook or the service account",
                    restartCommand()));
        }
        return Optional.of(Link.failed(
                LINK_POD,
                has + "it was created after the webhook, so the API server could not ask the webhook, and its"
                        + " failurePolicy Ignore let the pod pass",
                "kubectl get mutatingwebhookconfiguration -o yaml   # is its caBundle that of the webhook's"
                        + " certificate, and can the API server reach its service?",
                "Restarting the pod changes nothing before that is mended."));
    }

    private Optional<Link> checkTokenProxy() {
        if (!isBound()) {
            return Optional.empty();
        }
        return failFirst(
                pod -> WorkloadCredentials.readVariable(pod, "AZURE_KUBERNETES_TOKEN_PROXY")
                        .isEmpty(),
                pod -> "no AZURE_KUBERNETES_TOKEN_PROXY, though it asks for an identity binding: it was created"
                        + " before the annotation, or AKS has no binding",
                "az aks identity-binding list --cluster-name CLUSTER -g CLUSTER_GROUP -o table",
                restartCommand());
    }

    private Optional<Link> checkClientId() {
        String clientId = credentials().readClientId();
        if (clientId.isEmpty() || credentials().areAllSkipped() || isWritten("AZURE_CLIENT_ID")) {
            return Optional.empty();
        }
        return failFirst(
                pod -> !WorkloadCredentials.readVariable(pod, "AZURE_CLIENT_ID").equalsIgnoreCase(clientId),
                pod -> describeClientId(pod) + ", and its service account says " + clientId
                        + ": it was created before that",
                restartCommand());
    }

    private String describeChanged() {
        String variables =
                credentials().isLabelled() ? " has the variables and the token's volume" : " has variables of its own";
        String clientId = credentials().findExchanges().stream()
                .findFirst()
                .map(exchange -> ", client ID " + exchange.clientId())
                .orElse("");
        return describePods() + variables + clientId;
    }

    /** Fails the first pod that runs and is wrong in some way, with the words for what it has. */
    private Optional<Link> failFirst(
            Predicate<KubernetesJson> isWrong, Function<KubernetesJson, String> describe, String... next) {
        return pods.activePods().stream()
                .filter(isWrong)
                .findFirst()
                .map(pod -> Link.failed(LINK_POD, pod.name() + " has " + describe.apply(pod), next));
    }

    private static String describeClientId(KubernetesJson pod) {
        String clientId = WorkloadCredentials.readVariable(pod, "AZURE_CLIENT_ID");
        return clientId.isEmpty() ? "no AZURE_CLIENT_ID" : "AZURE_CLIENT_ID " + clientId;
    }

    private String describePods() {
        List<KubernetesJson> running = pods.activePods();
        String first = running.get(0).name();
        return running.size() == 1 ? first : first + " and " + (running.size() - 1) + " more";
    }

    private String restartCommand() {
        if (KINDS_WITH_ROLLOUT.contains(kind)) {
            return "kubectl rollout restart " + kind.toLowerCase(Locale.ROOT) + " "
                    + pod.name().name() + " -n " + pod.namespace();
        }
        return "kubectl delete pod " + pods.activePods().get(0).name() + " -n " + pod.namespace()
                + "   # and create it again from its manifest";
    }

    /** Whether the pod's own template sets the variable, which the webhook leaves alone then. */
    private boolean isWritten(String variable) {
        return pod.spec().containers().stream()
                .flatMap(container -> container.env().stream())
                .anyMatch(written -> written.name().equals(variable));
    }

    /** Whether the pod wants its tokens through an identity binding of AKS, whose proxy asks Entra ID in its place. */
    boolean isBound() {
        return "true".equalsIgnoreCase(pod.metadata().annotations().getOrDefault(Keys.USE_IDENTITY_BINDING, ""));
    }
}
