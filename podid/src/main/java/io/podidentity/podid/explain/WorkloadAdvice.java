package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.ObstacleAdvice.at;

import io.podidentity.emulator.azure.ClientIdText;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.workload.Admission;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.emulator.workload.WebhookVersion;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Advice for a cluster that has workload identity only. */
final class WorkloadAdvice {

    /** What happens in such a pod to who asks the metadata service all the same. */
    private static final String NODE = "the node's own metadata service answers it, as the kubelet identity"
            + " CLUSTER-agentpool, which every pod on the node can use; token-provider refuses that, other libraries"
            + " take it";

    private final Cluster cluster;
    private final Pod pod;
    private final ObjectName account;
    private final Optional<ServiceAccount> found;
    private final Admission admission;

    WorkloadAdvice(Cluster cluster, Pod pod) {
        this.cluster = cluster;
        this.pod = pod;
        this.account = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
        this.found = cluster.serviceAccount(account);
        Optional<Map<String, String>> annotations = found.map(
                        one -> one.metadata().annotations())
                // Every namespace has it, whether a manifest says so or not.
                .or(() -> account.name().equals("default") ? Optional.of(Map.of()) : Optional.empty());
        var settings = new WebhookSettings(WebhookVersion.V1_6_0, "", "", true, Optional.empty());
        this.admission = new Webhook(settings).admit(pod, annotations);
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
                    FederationAdvice.of(cluster, account, clientId()));
        }
        why.add(NODE);
        return admission instanceof Admission.NotSelected
                ? new Advice(
                        "the pod itself lacks the label " + Keys.USE + ": \"true\", so the webhook ignores it",
                        why,
                        List.of("Add the label to "
                                + pod.workload()
                                        .map(ObstacleAdvice::labelsOf)
                                        .orElse("the pod (of a workload: to spec.template.metadata.labels)")
                                + ", with the value in quotes."))
                : noClientId(why);
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

    private Advice noClientId(List<String> why) {
        if (clientId().isEmpty()) {
            return new Advice(
                    "the service account names no client ID, so AZURE_CLIENT_ID is not set",
                    why,
                    accountRemedy(),
                    placeOfAccount());
        }
        why.add("it is " + ObstacleAdvice.quoted(clientId()));
        return new Advice(
                "the annotation " + Keys.CLIENT_ID
                        + " of its service account is no client ID, so Entra ID refuses the exchange (AADSTS700016)",
                why,
                List.of("Set it to what az identity show --query clientId prints, a GUID."),
                placeOfAccount());
    }

    private String runsAs() {
        return "it runs as service account " + account
                + found.map(ObstacleAdvice::at).orElse(", which no manifest defines") + at(pod);
    }

    private @Nullable Position placeOfAccount() {
        return found.map(one -> one.metadata().position()).orElse(null);
    }

    /** From label to account, webhook, kubelet and Entra ID, as far as it gets; the summary where that ends. */
    List<Step> way(String summary) {
        var way = new ArrayList<Step>();
        if (admission instanceof Admission.NotSelected) {
            return List.of(Step.end("label", summary));
        }
        way.add(Step.passed("label", "the pod has the label " + Keys.USE + ": \"true\"" + at(pod)));
        if (admission instanceof Admission.Denied) {
            way.add(Step.end("webhook", summary));
            return way;
        }
        if (outcome() == Outcome.NONE) {
            way.add(Step.end("account", summary));
            return way;
        }
        way.add(Step.passed("account", List.of(runsAs(), "the account names client ID " + clientId())));
        way.add(Step.passed(
                "webhook", "sets AZURE_CLIENT_ID, AZURE_TENANT_ID, AZURE_FEDERATED_TOKEN_FILE and the token's volume"));
        way.add(Step.passed(
                "kubelet",
                "writes a token: subject " + ClusterIssuer.subject(account) + ", audience "
                        + WebhookSettings.AUDIENCE));
        way.add(Step.passed(
                "Entra ID",
                "exchanges it, if a federated credential of the identity names both and the" + " cluster's issuer"));
        return way;
    }

    /** Another account of the namespace may be the one that is meant. */
    private List<String> accountRemedy() {
        List<String> annotated = cluster.all(ServiceAccount.class).stream()
                .filter(one -> one.namespace().equals(account.namespace()))
                .filter(one -> one.metadata().annotations().containsKey(Keys.CLIENT_ID))
                .map(one -> one.name().name() + ObstacleAdvice.at(one))
                .toList();
        return List.of(
                annotated.isEmpty()
                        ? "Annotate it: kubectl annotate serviceaccount -n " + account.namespace() + " "
                                + account.name() + " " + Keys.CLIENT_ID + "=CLIENT_ID"
                        : "Set spec.serviceAccountName of the pod to the account that is annotated: "
                                + String.join(" or ", annotated));
    }

    private String clientId() {
        return found.map(one -> one.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                .orElse("");
    }
}
