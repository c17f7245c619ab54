// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.podid.doctor.ContainerCredential.Way;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must be so for a pod of workload identity: the webhook is there, and has changed the pod that runs. */
record WorkloadLinks(Live live, Pod pod, String kind, WorkloadPods pods) {

    private static final String LINK_CONTAINER = "container";
    private static final String LINK_POD = "pod";
    private static final String LINK_WEBHOOK = "webhook";
    private static final String HOOK = "mutation.azure-workload-identity.io";
    private static final String INSTALL =
            "az aks update -n CLUSTER -g CLUSTER_GROUP --enable-oidc-issuer --enable-workload-identity";

    /** The label that the webhook's own manifests give to all of its objects. */
    private static final String LABEL_OF_SYSTEM = "azure-workload-identity.io/system";

    private static final Set<String> KINDS_WITH_ROLLOUT = Set.of("Deployment", "StatefulSet", "DaemonSet");

    /** The links in the order in which they are needed; ends at the first that fails. */
    List<Link> links() {
        Link webhook = checkWebhook();
        if (webhook.isFailed()) {
            return List.of(webhook);
        }
        var links = new ArrayList<Link>();
        links.add(webhook);
        links.add(pods.active().isEmpty() ? pods.explainAbsence() : checkPods());
        links.addAll(checkContainers());
        return links;
    }

    /** How the containers of a pod that runs sign in; where none runs, those of the next pod. */
    private List<ContainerCredential> findCredentials() {
        return pods.active().stream()
                .findFirst()
                .map(running -> ContainerCredential.ofRunningPod(running, live.sources()))
                .orElseGet(() -> ContainerCredential.ofNextPod(pods.template(), this::predictAdded, live.sources()));
    }

    /** What the webhook will add to a container of the next pod. */
    private Optional<TokenExchange> predictAdded(String container) {
        if (!isLabelled() || isSkipped(container)) {
            return Optional.empty();
        }
        String authority = readVariable(findChangedPod(), "AZURE_AUTHORITY_HOST");
        return Optional.of(TokenExchange.ofWebhook(readClientId(), findTenant(), authority));
    }

    private boolean isLabelled() {
        return "true".equals(pod.labels().get(Keys.USE));
    }

    /** Whether the variables of a container lead to a token, or may do so, whatever its account and labels say. */
    boolean signsIn() {
        return findCredentials().stream().anyMatch(WorkloadLinks::mayLeadToToken);
    }

    private static boolean mayLeadToToken(ContainerCredential credential) {
        return credential.way() == Way.UNKNOWN
                || credential
                        .exchange()
                        .map(TokenExchange::clientId)
                        .filter(ClientIdText::canBeOne)
                        .isPresent();
    }

    /** What is so of the containers that do not exchange the token of the service account. */
    private List<Link> checkContainers() {
        List<ContainerCredential> credentials = findCredentials();
        if (!credentials.isEmpty() && credentials.stream().allMatch(this::isLeftAlone)) {
            return List.of(Link.failed(
                    LINK_CONTAINER,
                    Keys.SKIP_CONTAINERS + " names each container of the pod, so none gets the variables",
                    "Leave the containers out of the annotation that are to sign in."));
        }
        return credentials.stream()
                .flatMap(credential -> checkContainer(credential).stream())
                .toList();
    }

    /** Nothing is said of a container that exchanges the token: that is tried. */
    private Optional<Link> checkContainer(ContainerCredential credential) {
        String container = credential.container();
        return switch (credential.way()) {
            case FEDERATED -> Optional.empty();
            case SECRET ->
                Optional.of(Link.unknown(
                        LINK_CONTAINER,
                        container + " signs in with a secret or certificate of its environment, which comes before"
                                + " the token of its service account; that was not tried",
                        "Remove AZURE_CLIENT_SECRET and AZURE_CLIENT_CERTIFICATE_PATH if workload identity is meant."));
            case UNKNOWN ->
                Optional.of(Link.unknown(
                        LINK_CONTAINER,
                        container + " takes variables by which it may sign in from a Secret, from a field or from"
                                + " what you may not see, which is not read"));
            case NO_TOKEN_FILE ->
                Optional.of(Link.failed(
                        LINK_CONTAINER,
                        container + " is to read its token from a file that no volume of its pod holds",
                        "Remove AZURE_FEDERATED_TOKEN_FILE from the container: the webhook sets it."));
            case UNKNOWN_TOKEN_FILE ->
                Optional.of(Link.unknown(
                        LINK_CONTAINER,
                        container + " reads its token from a volume that is no projected token of its service"
                                + " account, so what is in the file is not known"));
            case METADATA -> Optional.of(judgeWithoutVariables(credential));
        };
    }

    private Link judgeWithoutVariables(ContainerCredential credential) {
        if (isLeftAlone(credential)) {
            return Link.skipped(LINK_CONTAINER, credential.container() + " is left alone by " + Keys.SKIP_CONTAINERS);
        }
        return Link.unknown(
                LINK_CONTAINER,
                credential.container() + " lacks a variable of workload identity, so it asks the metadata service");
    }

    /** Whether the webhook skips the container, and the container has no variables of its own. */
    private boolean isLeftAlone(ContainerCredential credential) {
        return credential.way() == Way.METADATA && isSkipped(credential.container());
    }

    private boolean areAllSkipped() {
        return findCredentials().stream().allMatch(credential -> isSkipped(credential.container()));
    }

    private boolean isSkipped(String container) {
        return Webhook.skipped(pod.metadata().annotations()).contains(container);
    }

    /** What the programs of the pods exchange, each once; where no pod runs, what those of the next one will. */
    List<TokenExchange> findExchanges() {
        return findCredentials().stream()
                .flatMap(credential -> credential.exchange().stream())
                .distinct()
                .toList();
    }

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

    private Link checkWebhook() {
        Optional<KubernetesJson> hook = findHooks(live.objects()).findFirst();
        boolean isPodHidden = hook.isPresent() && live.parts().isEmpty();
        if (!live.canSee("mutatingwebhookconfigurations") || isPodHidden) {
            return Link.unknown(LINK_WEBHOOK, "you may not see whether it is there and answers");
        }
        if (hook.isPresent()) {
            return checkAnswering(hook.get());
        }
        if (hasVariablesWithoutWebhook()) {
            return Link.ok(LINK_WEBHOOK, "the cluster has none, and the pod has its variables without it");
        }
        return Link.failed(
                LINK_WEBHOOK, "the cluster has no webhook " + HOOK + ", so nothing changes the pod", INSTALL);
    }

    /** Whether the pod's own manifest has the variables, or somebody has written them into the pod. */
    private boolean hasVariablesWithoutWebhook() {
        return isWritten("AZURE_FEDERATED_TOKEN_FILE")
                || (kind.equals("Pod") && pods.active().stream().anyMatch(WorkloadLinks::isChanged));
    }

    /** Whether a pod answers for the webhook; one at an address of its own is not asked. */
    private Link checkAnswering(KubernetesJson hook) {
        List<KubernetesJson> parts = live.parts().orElse(List.of());
        List<KubernetesJson> ofWebhook =
                parts.stream().filter(WorkloadLinks::isOfWebhook).toList();
        long ready = ofWebhook.stream().filter(KubernetesJson::isReady).count();
        if (ready > 0) {
            KubernetesJson first = ofWebhook.get(0);
            return Link.ok(
                    LINK_WEBHOOK,
                    readVersion(first) + " in " + first.namespace() + ", " + ready + " of " + ofWebhook.size()
                            + " pods ready");
        }
        boolean isAtAddress = hook.text("clientConfig", "service", "name").isEmpty();
        if (ofWebhook.isEmpty() && (isAtAddress || hasReadyEndpoint(parts))) {
            return Link.ok(LINK_WEBHOOK, "its configuration is there");
        }
        return Link.failed(
                LINK_WEBHOOK,
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

    /** Whether all pods that run are as the webhook and the service account make them now. */
    private Link checkPods() {
        return failFirst(pod -> !isChanged(pod) && !signsIn(), this::describeUnchanged, remedyOfUnchanged())
                .or(this::checkTokenProxy)
                .or(this::checkClientId)
                .orElseGet(() -> Link.ok(LINK_POD, describeChanged()));
    }

    private Optional<Link> checkTokenProxy() {
        if (!isBound()) {
            return Optional.empty();
        }
        return failFirst(
                pod -> readVariable(pod, "AZURE_KUBERNETES_TOKEN_PROXY").isEmpty(),
                pod -> "no AZURE_KUBERNETES_TOKEN_PROXY, though it asks for an identity binding: it was created"
                        + " before the annotation, or AKS has no binding",
                "az aks identity-binding list --cluster-name CLUSTER -g CLUSTER_GROUP -o table",
                restartCommand());
    }

    private Optional<Link> checkClientId() {
        String clientId = readClientId();
        if (clientId.isEmpty() || areAllSkipped() || isWritten("AZURE_CLIENT_ID")) {
            return Optional.empty();
        }
        return failFirst(
                pod -> !readVariable(pod, "AZURE_CLIENT_ID").equalsIgnoreCase(clientId),
                pod -> describeClientId(pod) + ", and its service account says " + clientId
                        + ": it was created before that",
                restartCommand());
    }

    private String describeChanged() {
        String variables = isLabelled() ? " has the variables and the token's volume" : " has variables of its own";
        String clientId = findExchanges().stream()
                .findFirst()
                .map(exchange -> ", client ID " + exchange.clientId())
                .orElse("");
        return describePods() + variables + clientId;
    }

    private String describeUnchanged(KubernetesJson pod) {
        String why = wasPassedBy()
                ? "it was created after the webhook, so the API server could not ask the webhook, and its"
                        + " failurePolicy Ignore let the pod pass"
                : "it was created before the label, the webhook or the service account";
        return "no AZURE_FEDERATED_TOKEN_FILE and no token volume: " + why;
    }

    /** Whether a pod is younger than the webhook, which it then must have changed, and may have been passed by. */
    private boolean wasPassedBy() {
        Optional<KubernetesJson> configuration = live.objectsOfKind("MutatingWebhookConfiguration")
                .filter(WorkloadLinks::mayBePassedBy)
                .findFirst();
        Optional<String> created = pods.active().stream()
                .filter(running -> !isChanged(running))
                .map(KubernetesJson::created)
                .findFirst();
        return configuration.isPresent()
                && created.isPresent()
                && isLater(created.get(), configuration.get())
                && live.parts().orElse(List.of()).stream()
                        .filter(WorkloadLinks::isOfWebhook)
                        .allMatch(part -> isLater(created.get(), part));
    }

    /** With failurePolicy Ignore the API server creates a pod unchanged where the webhook does not answer. */
    private static boolean mayBePassedBy(KubernetesJson configuration) {
        return findHooks(List.of(configuration))
                .anyMatch(hook -> hook.text("failurePolicy").equals("Ignore"));
    }

    private static boolean isLater(String time, KubernetesJson object) {
        return time.compareTo(object.created()) > 0;
    }

    private String[] remedyOfUnchanged() {
        if (!wasPassedBy()) {
            return new String[] {restartCommand()};
        }
        return new String[] {
            "kubectl get mutatingwebhookconfiguration -o yaml   # is its caBundle that of the webhook's"
                    + " certificate, and can the API server reach its service?",
            "Restarting the pod changes nothing before that is mended."
        };
    }

    /** Fails the first pod that runs and is wrong in some way, with the words for what it has. */
    private Optional<Link> failFirst(
            Predicate<KubernetesJson> isWrong, Function<KubernetesJson, String> describe, String... next) {
        return pods.active().stream()
                .filter(isWrong)
                .findFirst()
                .map(pod -> Link.failed(LINK_POD, pod.name() + " has " + describe.apply(pod), next));
    }

    private static String describeClientId(KubernetesJson pod) {
        String clientId = readVariable(pod, "AZURE_CLIENT_ID");
        return clientId.isEmpty() ? "no AZURE_CLIENT_ID" : "AZURE_CLIENT_ID " + clientId;
    }

    private String describePods() {
        List<KubernetesJson> running = pods.active();
        String first = running.get(0).name();
        return running.size() == 1 ? first : first + " and " + (running.size() - 1) + " more";
    }

    private String restartCommand() {
        if (KINDS_WITH_ROLLOUT.contains(kind)) {
            return "kubectl rollout restart " + kind.toLowerCase(Locale.ROOT) + " "
                    + pod.name().name() + " -n " + pod.namespace();
        }
        return "kubectl delete pod " + pods.active().get(0).name() + " -n " + pod.namespace()
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

    /** A pod whose variables tell Entra ID's address: the workload's own, else another that the webhook has changed. */
    private KubernetesJson findChangedPod() {
        return Stream.concat(pods.all().stream(), live.objectsOfKind("Pod"))
                .filter(WorkloadLinks::isChanged)
                .findFirst()
                .orElse(KubernetesJson.NONE);
    }

    /** The tenant that a pod of the workload has, else that of the account's annotation, else any other pod's. */
    private String findTenant() {
        KubernetesJson changed = findChangedPod();
        String annotated = readAnnotationOfAccount(Keys.TENANT_ID);
        if (!annotated.isEmpty() && !pods.all().contains(changed)) {
            return annotated;
        }
        return readVariable(changed, "AZURE_TENANT_ID");
    }

    private String readClientId() {
        return readAnnotationOfAccount(Keys.CLIENT_ID);
    }

    private String readAnnotationOfAccount(String annotation) {
        return live.findObject("ServiceAccount", pod.namespace(), Webhook.serviceAccount(pod))
                .map(account -> account.text("metadata", "annotations", annotation))
                .orElse("");
    }

    /** The value in the first container that has the variable. */
    private static String readVariable(KubernetesJson pod, String name) {
        return pod.at("spec", "containers").items().stream()
                .flatMap(container -> container.at("env").items().stream())
                .filter(variable -> variable.text("name").equals(name))
                .map(variable -> variable.text("value"))
                .findFirst()
                .orElse("");
    }

    /** Whether the webhook has changed the pod: it has the volume, and each container that is not skipped a token. */
    private static boolean isChanged(KubernetesJson pod) {
        if (!LiveText.hasVolumeOfWebhook(pod)) {
            return false;
        }
        Set<String> skipped = Arrays.stream(pod.text("metadata", "annotations", Keys.SKIP_CONTAINERS)
                        .split(";", -1))
                .map(String::strip)
                .collect(Collectors.toSet());
        return pod.at("spec", "containers").items().stream()
                .filter(container -> !skipped.contains(container.text("name")))
                .allMatch(WorkloadLinks::hasTokenFile);
    }

    private static boolean hasTokenFile(KubernetesJson container) {
        return container.at("env").items().stream()
                .anyMatch(variable -> variable.text("name").equals("AZURE_FEDERATED_TOKEN_FILE"));
    }

    /** The tag of a component's image, without a digest; empty if the image has no tag. */
    static String readVersion(KubernetesJson pod) {
        String image = pod.at("spec", "containers").items().stream()
                .findFirst()
                .orElse(KubernetesJson.NONE)
                .text("image")
                .replaceFirst("@.*", "");
        String lastPart = image.substring(image.lastIndexOf('/') + 1);
        return lastPart.replaceFirst("^[^:]*:?", "");
    }
}
