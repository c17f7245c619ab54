// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.podid.doctor.ContainerCredential.Way;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** How the containers of a workload sign in: those of a pod that runs, or those that the next pod will have. */
record WorkloadCredentials(Live live, Pod pod, WorkloadPods pods) {

    private static final String LINK_CONTAINER = "container";

    /** How the containers of a pod that runs sign in; where none runs, those of the next pod. */
    private List<ContainerCredential> findCredentials() {
        return pods.activePods().stream()
                .findFirst()
                .map(running -> ContainerCredential.ofRunningPod(running, live.sources()))
                .orElseGet(() -> ContainerCredential.ofNextPod(pods.podTemplate(), this::predictAdded, live.sources()));
    }

    /** What the webhook will add to a container of the next pod. */
    private Optional<TokenExchange> predictAdded(String container) {
        if (!isLabelled() || isSkipped(container)) {
            return Optional.empty();
        }
        String authority = readVariable(findChangedPod(), "AZURE_AUTHORITY_HOST");
        return Optional.of(TokenExchange.ofWebhook(readClientId(), findTenant(), authority));
    }

    boolean isLabelled() {
        return "true".equals(pod.labels().get(Keys.USE));
    }

    /** Whether the variables of a container lead to a token, or may do so, whatever its account and labels say. */
    boolean signsIn() {
        return findCredentials().stream().anyMatch(WorkloadCredentials::mayLeadToToken);
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
    List<Link> checkContainers() {
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

    boolean areAllSkipped() {
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

    /** A pod whose variables tell Entra ID's address: the workload's own, else another that the webhook has changed. */
    private KubernetesJson findChangedPod() {
        return Stream.concat(pods.allPods().stream(), live.objectsOfKind("Pod"))
                .filter(InstalledWebhook::hasChanged)
                .findFirst()
                .orElse(KubernetesJson.NONE);
    }

    /** The tenant that a pod of the workload has, else that of the account's annotation, else any other pod's. */
    private String findTenant() {
        KubernetesJson changed = findChangedPod();
        String annotated = readAnnotationOfAccount(Keys.TENANT_ID);
        if (!annotated.isEmpty() && !pods.allPods().contains(changed)) {
            return annotated;
        }
        return readVariable(changed, "AZURE_TENANT_ID");
    }

    /** The client ID that the service account names; empty if it names none. */
    String readClientId() {
        return readAnnotationOfAccount(Keys.CLIENT_ID);
    }

    private String readAnnotationOfAccount(String annotation) {
        return live.findObject("ServiceAccount", pod.namespace(), Webhook.serviceAccount(pod))
                .map(account -> account.text("metadata", "annotations", annotation))
                .orElse("");
    }

    /** The value in the first container that has the variable. */
    static String readVariable(KubernetesJson pod, String name) {
        return pod.at("spec", "containers").items().stream()
                .flatMap(container -> container.at("env").items().stream())
                .filter(variable -> variable.text("name").equals(name))
                .map(variable -> variable.text("value"))
                .findFirst()
                .orElse("");
    }
}
