// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.podid.doctor.ContainerCredential.Way;
import io.podidentity.podid.kubectl.Part;
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

    private static final String CONTAINER = "container";
    private static final String HOOK = "mutation.azure-workload-identity.io";
    private static final String INSTALL =
            "az aks update -n CLUSTER -g CLUSTER_GROUP --enable-oidc-issuer" + " --enable-workload-identity";

    /** In the order in which they are needed; ends at the first that fails. */
    List<Link> links() {
        var links = new ArrayList<Link>();
        links.add(webhook());
        if (!links.get(0).isFailed()) {
            links.add(pods.active().isEmpty() ? pods.absent() : changed());
            links.addAll(others());
        }
        return links;
    }

    /** By what the containers of a pod that runs sign in; where none runs, those of the next pod. */
    private List<ContainerCredential> containers() {
        return pods.active().stream()
                .findFirst()
                .map(running -> ContainerCredential.of(running, live.sources()))
                .orElseGet(() -> ContainerCredential.ofNext(pods.template(), this::added, live.sources()));
    }

    /** What the webhook will add to a container of the next pod. */
    private Optional<ContainerCredential> added(String container) {
        return isLabelled() && !isSkipped(container)
                ? Optional.of(
                        ContainerCredential.ofWebhook(clientId(), tenant(), variable(sample(), "AZURE_AUTHORITY_HOST")))
                : Optional.empty();
    }

    private boolean isLabelled() {
        return "true".equals(pod.labels().get(Keys.USE));
    }

    /** Whether the variables of a container lead to a token, or may do so, whatever its account and labels say. */
    boolean signsIn() {
        return containers().stream()
                .anyMatch(credential -> credential.way() == Way.UNKNOWN
                        || (credential.way() == Way.FEDERATED && ClientIdText.canBeOne(credential.clientId())));
    }

    /** What is so of the containers that do not exchange the token of the service account. */
    private List<Link> others() {
        List<ContainerCredential> all = containers();
        if (!all.isEmpty() && all.stream().allMatch(this::isLeftAlone)) {
            return List.of(Link.failed(
                    CONTAINER,
                    Keys.SKIP_CONTAINERS + " names each container of the pod, so none gets the variables",
                    "Leave the containers out of the annotation that are to sign in."));
        }
        return all.stream().flatMap(credential -> other(credential).stream()).toList();
    }

    /** What is so of a container that does not exchange the token of the service account. */
    private Optional<Link> other(ContainerCredential credential) {
        return switch (credential.way()) {
            case FEDERATED -> Optional.empty();
            case SECRET ->
                Optional.of(Link.unknown(
                        CONTAINER,
                        credential.container()
                                + " signs in with a secret or certificate of its environment, which comes before"
                                + " the token of its service account; that was not tried",
                        "Remove AZURE_CLIENT_SECRET and AZURE_CLIENT_CERTIFICATE_PATH if workload identity is meant."));
            case UNKNOWN ->
                Optional.of(Link.unknown(
                        CONTAINER,
                        credential.container()
                                + " takes variables by which it may sign in from a Secret, from a field or from"
                                + " what you may not see, which is not read"));
            case NO_TOKEN_FILE ->
                Optional.of(Link.failed(
                        CONTAINER,
                        credential.container() + " is to read its token from a file that no volume of its pod holds",
                        "Remove AZURE_FEDERATED_TOKEN_FILE from the container: the webhook sets it."));
            case UNKNOWN_TOKEN_FILE ->
                Optional.of(Link.unknown(
                        CONTAINER,
                        credential.container()
                                + " reads its token from a volume that is no projected token of its service"
                                + " account, so what is in the file is not known"));
            case METADATA ->
                Optional.of(
                        isLeftAlone(credential)
                                ? Link.skipped(
                                        CONTAINER, credential.container() + " is left alone by " + Keys.SKIP_CONTAINERS)
                                : Link.unknown(
                                        CONTAINER,
                                        credential.container()
                                                + " lacks a variable of workload identity, so it asks the"
                                                + " metadata service"));
        };
    }

    /** Whether the webhook skips the container, and the container has no variables of its own. */
    private boolean isLeftAlone(ContainerCredential credential) {
        return credential.way() == Way.METADATA && isSkipped(credential.container());
    }

    private boolean isSkippedWhole() {
        return containers().stream().allMatch(credential -> isSkipped(credential.container()));
    }

    private boolean isSkipped(String container) {
        return Webhook.skipped(pod.metadata().annotations()).contains(container);
    }

    /** What the programs of the pods exchange, each once; where no pod runs, what those of the next one will. */
    List<ContainerCredential> exchanged() {
        return containers().stream()
                .filter(credential -> credential.way() == Way.FEDERATED)
                .toList();
    }

    /** The webhooks of workload identity that the API server asks. */
    static Stream<Part> hooks(List<Part> objects) {
        return objects.stream()
                .filter(object -> object.kind().equals("MutatingWebhookConfiguration"))
                .flatMap(object -> object.at("webhooks").items().stream())
                .filter(hook -> hook.text("name").endsWith("azure-workload-identity.io"));
    }

    static boolean isOfWebhook(Part part) {
        return part.text("metadata", "labels", "azure-workload-identity.io/system")
                .equals("true");
    }

    private Link webhook() {
        Optional<Part> hook = hooks(live.objects()).findFirst();
        if (!live.sees("mutatingwebhookconfigurations")
                || (hook.isPresent() && live.parts().isEmpty())) {
            return Link.unknown("webhook", "you may not see whether it is there and answers");
        }
        if (hook.isPresent()) {
            return answers(hook.get());
        }
        return isWritten("AZURE_FEDERATED_TOKEN_FILE")
                        || (kind.equals("Pod") && pods.active().stream().anyMatch(WorkloadLinks::isChanged))
                ? Link.ok("webhook", "the cluster has none, and the pod has its variables without it")
                : Link.failed(
                        "webhook", "the cluster has no webhook " + HOOK + ", so nothing changes the pod", INSTALL);
    }

    /** Whether a pod answers for it; one at an address of its own is not asked. */
    private Link answers(Part hook) {
        List<Part> parts = live.parts().orElse(List.of());
        List<Part> pods = parts.stream().filter(WorkloadLinks::isOfWebhook).toList();
        long ready = pods.stream().filter(Part::isReady).count();
        boolean served = parts.stream()
                .flatMap(slice -> slice.at("endpoints").items().stream())
                .anyMatch(endpoint -> endpoint.text("conditions", "ready").equals("true"));
        if (ready > 0) {
            return Link.ok(
                    "webhook",
                    version(pods.get(0)) + " in " + pods.get(0).namespace() + ", " + ready + " of " + pods.size()
                            + " pods ready");
        }
        if (pods.isEmpty()
                && (served || hook.text("clientConfig", "service", "name").isEmpty())) {
            return Link.ok("webhook", "its configuration is there");
        }
        boolean ignored = hook.text("failurePolicy").equals("Ignore");
        return Link.failed(
                "webhook",
                "none of its " + pods.size() + " pods is ready, so "
                        + (ignored ? "no pod is changed" : "no labelled pod can be created"),
                "kubectl get deployments,pods -A -l azure-workload-identity.io/system=true   # scaled to zero?",
                "kubectl logs -n " + hook.text("clientConfig", "service", "namespace")
                        + " -l azure-workload-identity.io/system=true --tail=200 | podid explain --log -");
    }

    private Link changed() {
        String clientId = clientId();
        return wrong(pod -> !isChanged(pod) && !signsIn(), this::whyUnchanged, remedyOfUnchanged())
                .or(() -> wrong(
                        pod -> isBound()
                                && variable(pod, "AZURE_KUBERNETES_TOKEN_PROXY").isEmpty(),
                        pod -> "no AZURE_KUBERNETES_TOKEN_PROXY, though it asks for an identity binding: it was created"
                                + " before the annotation, or AKS has no binding",
                        "az aks identity-binding list --cluster-name CLUSTER -g CLUSTER_GROUP -o table",
                        restart()))
                .or(() -> wrong(
                        pod -> !clientId.isEmpty()
                                && !isSkippedWhole()
                                && !isWritten("AZURE_CLIENT_ID")
                                && !variable(pod, "AZURE_CLIENT_ID").equalsIgnoreCase(clientId),
                        pod -> clientIdOf(pod) + ", and its service account says " + clientId
                                + ": it was created before that",
                        restart()))
                .orElseGet(() -> Link.ok(
                        "pod",
                        names()
                                + (isLabelled()
                                        ? " has the variables and the token's volume"
                                        : " has variables of its own")
                                + exchanged().stream()
                                        .findFirst()
                                        .map(credential -> ", client ID " + credential.clientId())
                                        .orElse("")));
    }

    private String whyUnchanged(Part pod) {
        return "no AZURE_FEDERATED_TOKEN_FILE and no token volume: "
                + (wasPassedBy()
                        ? "it was created after the webhook, so the API server could not ask the webhook, and its"
                                + " failurePolicy Ignore let the pod pass"
                        : "it was created before the label, the webhook or the service account");
    }

    /** Whether a pod is younger than the webhook, which it then must have changed, and may have been passed by. */
    private boolean wasPassedBy() {
        Optional<Part> configuration = live.of("MutatingWebhookConfiguration")
                .filter(webhooks -> hooks(List.of(webhooks))
                        .anyMatch(hook -> hook.text("failurePolicy").equals("Ignore")))
                .findFirst();
        Optional<String> created = pods.active().stream()
                .filter(running -> !isChanged(running))
                .map(Part::created)
                .findFirst();
        return configuration.isPresent()
                && created.isPresent()
                && created.get().compareTo(configuration.get().created()) > 0
                && live.parts().orElse(List.of()).stream()
                        .filter(WorkloadLinks::isOfWebhook)
                        .allMatch(part -> created.get().compareTo(part.created()) > 0);
    }

    private String[] remedyOfUnchanged() {
        return wasPassedBy()
                ? new String[] {
                    "kubectl get mutatingwebhookconfiguration -o yaml   # is its caBundle that of the webhook's"
                            + " certificate, and can the API server reach its service?",
                    "Restarting the pod changes nothing before that is mended."
                }
                : new String[] {restart()};
    }

    private Optional<Link> wrong(Predicate<Part> which, Function<Part, String> has, String... next) {
        return pods.active().stream()
                .filter(which)
                .findFirst()
                .map(pod -> Link.failed("pod", pod.name() + " has " + has.apply(pod), next));
    }

    private static String clientIdOf(Part pod) {
        String has = variable(pod, "AZURE_CLIENT_ID");
        return has.isEmpty() ? "no AZURE_CLIENT_ID" : "AZURE_CLIENT_ID " + has;
    }

    private String names() {
        List<Part> running = pods.active();
        return running.get(0).name() + (running.size() > 1 ? " and " + (running.size() - 1) + " more" : "");
    }

    private String restart() {
        return switch (kind) {
            case "Deployment", "StatefulSet", "DaemonSet" ->
                "kubectl rollout restart " + kind.toLowerCase(Locale.ROOT) + " "
                        + pod.name().name() + " -n " + pod.namespace();
            default ->
                "kubectl delete pod " + pods.active().get(0).name() + " -n " + pod.namespace()
                        + "   # and create it again from its manifest";
        };
    }

    /** The pod's own template sets it, and the webhook leaves that alone. */
    private boolean isWritten(String variable) {
        return pod.spec().containers().stream()
                .anyMatch(container ->
                        container.env().stream().anyMatch(one -> one.name().equals(variable)));
    }

    /** Whether it wants its tokens by an identity binding of AKS, whose proxy asks Entra ID in its place. */
    boolean isBound() {
        return "true".equalsIgnoreCase(pod.metadata().annotations().getOrDefault(Keys.USE_IDENTITY_BINDING, ""));
    }

    /** A pod whose variables tell Entra ID's address: its own, else another that the webhook has changed. */
    Part sample() {
        return Stream.concat(pods.all().stream(), live.of("Pod"))
                .filter(WorkloadLinks::isChanged)
                .findFirst()
                .orElse(Part.NONE);
    }

    String tenant() {
        Part sample = sample();
        String annotated = account(Keys.TENANT_ID);
        return pods.all().contains(sample) || annotated.isEmpty() ? variable(sample, "AZURE_TENANT_ID") : annotated;
    }

    String clientId() {
        return account(Keys.CLIENT_ID);
    }

    private String account(String annotation) {
        return live.find("ServiceAccount", pod.namespace(), Webhook.serviceAccount(pod))
                .map(account -> account.text("metadata", "annotations", annotation))
                .orElse("");
    }

    /** The value in the first container that has it. */
    static String variable(Part pod, String name) {
        return pod.at("spec", "containers").items().stream()
                .flatMap(container -> container.at("env").items().stream())
                .filter(variable -> variable.text("name").equals(name))
                .map(variable -> variable.text("value"))
                .findFirst()
                .orElse("");
    }

    static boolean isChanged(Part pod) {
        Set<String> skipped = Arrays.stream(pod.text("metadata", "annotations", Keys.SKIP_CONTAINERS)
                        .split(";", -1))
                .map(String::strip)
                .collect(Collectors.toSet());
        return LiveText.isChanged(pod)
                && pod.at("spec", "containers").items().stream()
                        .filter(container -> !skipped.contains(container.text("name")))
                        .allMatch(container -> container.at("env").items().stream()
                                .anyMatch(variable -> variable.text("name").equals("AZURE_FEDERATED_TOKEN_FILE")));
    }

    static String version(Part pod) {
        String name = pod.at("spec", "containers").items().stream()
                .findFirst()
                .orElse(Part.NONE)
                .text("image")
                .replaceFirst("@.*", "");
        return name.substring(name.lastIndexOf('/') + 1).replaceFirst("^[^:]*:?", "");
    }
}
