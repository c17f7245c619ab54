package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.Optional;
import java.util.stream.Stream;

/** The webhook ignores the pod, and if the metadata service is open the pod takes the node's identity. */
public final class LabelOnlyOnWorkload implements Rule {

    @Override
    public About about() {
        return About.error(
                "C15",
                "use-label-missing",
                "A pod runs as an annotated service account and lacks the label azure.workload.identity/use",
                "Add azure.workload.identity/use: \"true\" to the labels of the pod template",
                "Azure/azure-workload-identity#1249",
                "Azure/azure-workload-identity#691");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            FieldLocation labels = pod.template().at("metadata", "labels");
            Optional<ServiceAccount> account = context.serviceAccount(pod)
                    .filter(one -> one.metadata().annotations().containsKey(Keys.CLIENT_ID));
            boolean usesPodIdentity =
                    context.profile().hasNmi() && pod.pod().bindingLabel().isPresent();
            if (labels.at(Keys.USE).exists() || usesPodIdentity || pod.hasVariable("AZURE_FEDERATED_TOKEN_FILE")) {
                continue;
            }
            FieldLocation onWorkload = pod.manifest().at("metadata", "labels", Keys.USE);
            Optional<String> near = ClosestMatch.of(Keys.USE, labels.keys());
            if (near.isPresent()) {
                FieldLocation label = labels.at(near.get());
                report.add(
                        label,
                        "the key is " + near.get() + " and must be " + Keys.USE,
                        line(),
                        Edit.key(label.position(), near.get(), Keys.USE));
            } else if (onWorkload.exists()) {
                add(
                        report,
                        onWorkload,
                        labels,
                        "the label is on the " + pod.kind() + " itself, and its pods do not inherit it");
            } else if (account.isPresent() && !isForOthers(context, pod, account.get())) {
                add(
                        report,
                        pod.spec("serviceAccountName"),
                        labels,
                        "the pod runs as " + account.get().name() + ", which has a client ID, but lacks the label "
                                + Keys.USE);
            }
        }
    }

    /**
     * Whether the account is there for what reads a key vault in the pod's place, by tokens of the account that need no
     * webhook.
     *
     * @see <a href="https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/configurations/">the Key Vault
     *     provider, "Workload identity mode"</a>
     * @see <a href="https://external-secrets.io/latest/provider/azure-key-vault">external-secrets</a>
     */
    private static boolean isForOthers(RuleContext context, PodSource pod, ServiceAccount account) {
        boolean mounts = pod.spec("volumes").items().stream()
                .anyMatch(volume -> volume.at("csi", "driver").text().equals("secrets-store.csi.k8s.io"));
        return mounts
                || Stream.of("SecretStore", "ClusterSecretStore")
                        .flatMap(kind -> context.kind(kind).stream())
                        .map(store -> store.at("spec", "provider", "azurekv", "serviceAccountRef", "name"))
                        .anyMatch(name -> name.text().equals(account.name().name()));
    }

    private static void add(Report report, FieldLocation location, FieldLocation labels, String message) {
        if (labels.fields().isEmpty()) {
            report.add(location, message, line());
        } else {
            report.add(location, message, line(), Edit.firstEntry(labels, Keys.USE + ": \"true\""));
        }
    }

    private static String line() {
        return "Add to the pod's labels: " + Keys.USE + ": \"true\"";
    }
}
