// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.Advice.placeOf;

import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
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

/**
 * What happens to a pod that is to get its identity from workload identity, and what to do about it. The webhook of the
 * model decides, as it would in a cluster. Immutable.
 */
final class WorkloadAdvice {

    /** What answers a program that asks the metadata service all the same. */
    private static final String NODE = "the node's own metadata service answers it, as the kubelet identity"
            + " CLUSTER-agentpool, which every pod on the node can use; token-provider refuses that, other libraries"
            + " take it";

    private static final String VARIABLES = "sets AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE";

    private final Cluster cluster;
    private final CheckFindings findings;
    private final Pod pod;
    private final ObjectName accountName;
    private final Optional<ServiceAccount> account;
    private final Admission admission;

    WorkloadAdvice(Cluster cluster, CheckFindings findings, Pod pod) {
        this.cluster = cluster;
        this.findings = findings;
        this.pod = pod;
        this.accountName = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
        this.account = cluster.serviceAccount(accountName);
        // The values of tenant and authority do not matter here: no token is fetched.
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, "", "", true, Optional.empty());
        this.admission = new Webhook(settings).admit(cluster, pod);
    }

    Outcome outcome() {
        boolean canExchange = admission instanceof Admission.Admitted && ClientIdText.canBeOne(clientId());
        return canExchange ? Outcome.IDENTITY : Outcome.NONE;
    }

    Advice advise() {
        if (admission instanceof Admission.Denied denied) {
            return adviseOnDenial(denied.reason());
        }
        if (outcome() == Outcome.IDENTITY) {
            return Advice.onPod(
                    "a token of client ID " + clientId() + ", in exchange for that of its service account",
                    List.of(describeAccount()),
                    adviseOnTrust());
        }
        if (admission instanceof Admission.NotSelected) {
            return adviseOnMissingLabel(NODE);
        }
        if (clientId().isEmpty()) {
            return adviseOnMissingClientId();
        }
        return adviseOnMalformedClientId();
    }

    private Advice adviseOnDenial(String reason) {
        if (account.isEmpty()) {
            return Advice.onPod(
                    "there is no service account " + accountName + " here, so its client ID is not known; a cluster"
                            + " without it creates no pod: " + reason,
                    List.of(describeAccount()),
                    List.of("Add the manifest of the account, or look: kubectl get serviceaccount " + accountName.name()
                            + " -n " + accountName.namespace() + " -o yaml"));
        }
        return Advice.onPod(
                "the cluster does not create the pod: " + reason,
                List.of(describeAccount()),
                List.of("Fix what the refusal names; until then the pod is not created."));
    }

    /** Whether the pod gets a token of its service account from the cluster, whatever client ID the account names. */
    boolean hasTokenOfAccount() {
        return admission instanceof Admission.Admitted;
    }

    /** The steps up to the token of the service account, for a pod that gets one. */
    List<Step> stepsToTokenOfAccount() {
        return List.of(
                passedLabel(),
                Step.passed(Station.ACCOUNT, describeAccount()),
                Step.passed(Station.WEBHOOK, "sets AZURE_FEDERATED_TOKEN_FILE and the token's volume"),
                projectedToken(audience()));
    }

    private String audience() {
        return isBound() ? WebhookSettings.IdentityBindings.AUDIENCE : WebhookSettings.AUDIENCE;
    }

    /** What must be true in Azure, which manifests do not show. */
    private List<String> adviseOnTrust() {
        if (!isBound()) {
            return FederationAdvice.of(cluster, accountName, clientId());
        }
        return List.of(
                "The cluster needs an identity binding of AKS for the identity; az aks identity-binding list shows them."
                        + " No federated credential is to be made: AKS makes the binding's own.",
                "Let allowedSubjects of the binding name " + ClusterIssuer.subject(accountName)
                        + ", or bind the account to a ClusterRole with the verb use-managed-identity, the API group"
                        + " cid.wi.aks.azure.com and the resource " + clientId() + ".");
    }

    /** What to do where the pod needs a token of its service account, and gets none. */
    Advice adviseOnMissingToken(String consequence) {
        return admission instanceof Admission.Denied denied
                ? adviseOnDenial(denied.reason())
                : adviseOnMissingLabel(consequence);
    }

    private Advice adviseOnMissingLabel(String consequence) {
        List<String> why = List.of(describeAccount(), consequence);
        return adviseFromRules(why, Symptom.WEBHOOK_NOT_ASKED)
                .orElseGet(() -> Advice.onPod(
                        "the pod itself lacks the label " + Keys.USE + ": \"true\", so the webhook ignores it",
                        why,
                        List.of("Add to " + describeLabelsOf(pod) + ": " + Keys.USE + ": \"true\"")));
    }

    private Advice adviseOnMissingClientId() {
        List<String> why = List.of(describeAccount(), NODE);
        return adviseFromRules(why, Symptom.ACCOUNT_WITHOUT_CLIENT_ID)
                .orElseGet(() -> Advice.onPod(
                        "the service account names no client ID, so AZURE_CLIENT_ID is not set",
                        why,
                        List.of(adviseAnnotation(accountName))));
    }

    private Advice adviseOnMalformedClientId() {
        return new Advice(
                "the annotation " + Keys.CLIENT_ID
                        + " of its service account is no client ID, so Entra ID refuses the exchange (AADSTS700016)",
                List.of(describeAccount(), NODE, "it is \"" + clientId() + "\""),
                List.of("Set it to what az identity show --query clientId prints, a GUID."),
                account.map(found -> found.metadata().position()));
    }

    /** What the rules say of the pod or of its service account. */
    private Optional<Advice> adviseFromRules(List<String> why, Symptom symptom) {
        return findings.findReasons(pod, List.of(new ObjectRef("ServiceAccount", accountName)), symptom)
                .findFirst()
                .map(finding -> Advice.fromFinding(finding, why));
    }

    /** Where the pod gets its labels; labels that a pod of a workload gets itself are lost with that pod. */
    static String describeLabelsOf(Pod pod) {
        return pod.workload()
                .map(owner -> "spec.template.metadata.labels of " + owner.kind() + " " + owner.name())
                .orElse("the pod's labels (of a workload: spec.template.metadata.labels)");
    }

    /** The command that gives a service account its client ID. */
    static String adviseAnnotation(ObjectName account) {
        return "Annotate it: kubectl annotate serviceaccount -n " + account.namespace() + " " + account.name() + " "
                + Keys.CLIENT_ID + "=CLIENT_ID";
    }

    private String describeAccount() {
        String place = account.map(Advice::placeOf).orElse(", which no manifest defines");
        return "it runs as service account " + accountName + place + placeOf(pod);
    }

    /**
     * The steps of the pod's request: label, account, webhook, kubelet and Entra ID, as far as it gets.
     *
     * @param summary the verdict, which the step tells at which the way ends
     */
    List<Step> steps(String summary) {
        if (admission instanceof Admission.NotSelected) {
            return List.of(Step.end(Station.LABEL, summary));
        }
        var steps = new ArrayList<Step>();
        steps.add(passedLabel());
        if (outcome() == Outcome.NONE) {
            Station end = admission instanceof Admission.Denied ? Station.WEBHOOK : Station.ACCOUNT;
            steps.add(Step.end(end, summary));
            return steps;
        }
        steps.add(Step.passed(
                Station.ACCOUNT, List.of(describeAccount(), describeClientIdSource() + " client ID " + clientId())));
        steps.addAll(isBound() ? exchangeByProxy() : exchangeByProgram());
        return steps;
    }

    private Step passedLabel() {
        return Step.passed(Station.LABEL, "the pod has the label " + Keys.USE + ": \"true\"" + placeOf(pod));
    }

    private List<Step> exchangeByProxy() {
        return List.of(
                Step.passed(
                        Station.WEBHOOK,
                        VARIABLES
                                + ", the variables AZURE_KUBERNETES_* of the cluster's proxy, and the token's volume"),
                projectedToken(WebhookSettings.IdentityBindings.AUDIENCE),
                Step.passed(
                        Station.PROXY,
                        "exchanges it at Entra ID, if allowedSubjects of the identity binding or a ClusterRole"
                                + " lets the account use the identity"));
    }

    private List<Step> exchangeByProgram() {
        return List.of(
                Step.passed(Station.WEBHOOK, VARIABLES + " and the token's volume"),
                projectedToken(WebhookSettings.AUDIENCE),
                Step.passed(
                        Station.ENTRA_ID,
                        "exchanges it, if a federated credential of the identity names both and the cluster's issuer"));
    }

    private Step projectedToken(String audience) {
        return Step.passed(
                Station.KUBELET,
                "writes a token: subject " + ClusterIssuer.subject(accountName) + ", audience " + audience);
    }

    /** Whether a proxy of the cluster exchanges the token, through an identity binding of AKS. */
    boolean isBound() {
        return "true".equalsIgnoreCase(pod.metadata().annotations().getOrDefault(Keys.USE_IDENTITY_BINDING, ""));
    }

    private String describeClientIdSource() {
        return clientId().equals(clientIdOfAccount())
                ? "the account names"
                : "AZURE_CLIENT_ID of a container, which the webhook leaves as it is, names";
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
        return account.map(found -> found.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                .orElse("");
    }
}
