// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.Advice.at;

import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.check.rule.Symptom;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Advice for a cluster that has workload identity only. */
final class WorkloadAdvice {

    /** What happens in such a pod to who asks the metadata service all the same. */
    private static final String NODE = "the node's own metadata service answers it, as the kubelet identity"
            + " CLUSTER-agentpool, which every pod on the node can use; token-provider refuses that, other libraries"
            + " take it";

    private final Cluster cluster;
    private final Checks checks;
    private final Pod pod;
    private final ObjectName account;
    private final Optional<ServiceAccount> found;
    private final Admission admission;

    WorkloadAdvice(Cluster cluster, Checks checks, Pod pod) {
        this.cluster = cluster;
        this.checks = checks;
        this.pod = pod;
        this.account = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
        this.found = cluster.serviceAccount(account);
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, "", "", true, Optional.empty());
        this.admission = new Webhook(settings).admit(cluster, pod);
    }

    Outcome outcome() {
        return admission instanceof Admission.Admitted && ClientIdText.canBeOne(clientId())
                ? Outcome.IDENTITY
                : Outcome.NONE;
    }

    Advice advice() {
        var why = new ArrayList<String>();
        why.add(runsAs());
        if (admission instanceof Admission.Denied denied) {
            return denied(denied.reason(), why);
        }
        if (outcome() == Outcome.IDENTITY) {
            return new Advice(
                    "a token of client ID " + clientId() + ", in exchange for that of its service account",
                    why,
                    isBound() ? bindingAdvice() : FederationAdvice.of(cluster, account, clientId()));
        }
        why.add(NODE);
        if (admission instanceof Admission.NotSelected) {
            return checked(why, Symptom.WEBHOOK_NOT_ASKED)
                    .orElseGet(() -> new Advice(
                            "the pod itself lacks the label " + Keys.USE + ": \"true\", so the webhook ignores it",
                            why,
                            List.of("Add to " + labelsOf(pod) + ": " + Keys.USE + ": \"true\"")));
        }
        return noClientId(why);
    }

    /** Whether a proxy of the cluster exchanges the token, through an identity binding of AKS. */
    private boolean isBound() {
        return "true".equalsIgnoreCase(pod.metadata().annotations().getOrDefault(Keys.USE_IDENTITY_BINDING, ""));
    }

    private List<String> bindingAdvice() {
        return List.of(
                "The cluster needs an identity binding of AKS for the identity; az aks identity-binding list shows them."
                        + " No federated credential is to be made: AKS makes the binding's own.",
                "Let allowedSubjects of the binding name " + ClusterIssuer.subject(account)
                        + ", or bind the account to a ClusterRole with the verb use-managed-identity, the API group"
                        + " cid.wi.aks.azure.com and the resource " + clientId() + ".");
    }

    private Advice noClientId(List<String> why) {
        if (clientId().isEmpty()) {
            return checked(why, Symptom.ACCOUNT_WITHOUT_CLIENT_ID)
                    .orElseGet(() -> new Advice(
                            "the service account names no client ID, so AZURE_CLIENT_ID is not set",
                            why,
                            List.of(annotate(account))));
        }
        why.add("it is \"" + clientId() + "\"");
        Position place = found.map(one -> one.metadata().position()).orElse(null);
        return new Advice(
                "the annotation " + Keys.CLIENT_ID
                        + " of its service account is no client ID, so Entra ID refuses the exchange (AADSTS700016)",
                why,
                List.of("Set it to what az identity show --query clientId prints, a GUID."),
                place);
    }

    /** What the checks say of the pod or of its service account. */
    private Optional<Advice> checked(List<String> why, Symptom symptom) {
        return checks.about(pod, List.of(new ObjectRef("ServiceAccount", account)), symptom)
                .findFirst()
                .map(finding -> Advice.of(finding, why));
    }

    private Advice denied(String reason, List<String> why) {
        if (found.isEmpty()) {
            return new Advice(
                    "there is no service account " + account + " here, so its client ID is not known; a cluster without"
                            + " it creates no pod: " + reason,
                    why,
                    List.of("Add the manifest of the account, or look: kubectl get serviceaccount " + account.name()
                            + " -n " + account.namespace() + " -o yaml"));
        }
        return new Advice(
                "the cluster does not create the pod: " + reason,
                why,
                List.of("Fix what the refusal names; until then the pod is not created."));
    }

    /** Where the pod gets its labels; those of a pod of a workload last no longer than the pod. */
    static String labelsOf(Pod pod) {
        return pod.workload()
                .map(owner -> "spec.template.metadata.labels of " + owner.kind() + " " + owner.name())
                .orElse("the pod's labels (of a workload: spec.template.metadata.labels)");
    }

    static String annotate(ObjectName account) {
        return "Annotate it: kubectl annotate serviceaccount -n " + account.namespace() + " " + account.name() + " "
                + Keys.CLIENT_ID + "=CLIENT_ID";
    }

    private String whoNames() {
        return clientId().equals(clientIdOfAccount())
                ? "the account names"
                : "AZURE_CLIENT_ID of a container, which the webhook leaves as it is, names";
    }

    private String runsAs() {
        return "it runs as service account " + account + found.map(Advice::at).orElse(", which no manifest defines")
                + at(pod);
    }

    /** From label to account, webhook, kubelet and Entra ID, as far as it gets; the summary where that ends. */
    List<Step> way(String summary) {
        if (admission instanceof Admission.NotSelected) {
            return List.of(Step.end("label", summary));
        }
        Step label = Step.passed("label", "the pod has the label " + Keys.USE + ": \"true\"" + at(pod));
        if (outcome() == Outcome.NONE) {
            return List.of(label, Step.end(admission instanceof Admission.Denied ? "webhook" : "account", summary));
        }
        Step named = Step.passed("account", List.of(runsAs(), whoNames() + " client ID " + clientId()));
        String sets = "sets AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE";
        if (isBound()) {
            return List.of(
                    label,
                    named,
                    Step.passed(
                            "webhook",
                            sets + ", the variables AZURE_KUBERNETES_* of the cluster's proxy, and the token's volume"),
                    Step.passed(
                            "kubelet",
                            "writes a token: subject " + ClusterIssuer.subject(account) + ", audience "
                                    + WebhookSettings.IdentityBindings.AUDIENCE),
                    Step.passed(
                            "proxy",
                            "exchanges it at Entra ID, if allowedSubjects of the identity binding or a ClusterRole"
                                    + " lets the account use the identity"));
        }
        return List.of(
                label,
                named,
                Step.passed("webhook", sets + " and the token's volume"),
                Step.passed(
                        "kubelet",
                        "writes a token: subject " + ClusterIssuer.subject(account) + ", audience "
                                + WebhookSettings.AUDIENCE),
                Step.passed(
                        "Entra ID",
                        "exchanges it, if a federated credential of the identity names both and the cluster's issuer"));
    }

    /** What the program of the pod asks for: the variable of its container, else what the account names. */
    private String clientId() {
        return pod.spec().containers().stream()
                .flatMap(container -> container.env().stream())
                .filter(variable -> variable.name().equals("AZURE_CLIENT_ID"))
                .flatMap(variable -> Optional.ofNullable(variable.value()).stream())
                .filter(value -> !value.isEmpty())
                .findFirst()
                .orElseGet(this::clientIdOfAccount);
    }

    private String clientIdOfAccount() {
        return found.map(one -> one.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                .orElse("");
    }
}
