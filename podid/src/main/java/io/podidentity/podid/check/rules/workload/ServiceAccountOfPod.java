package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Without serviceAccountName it is default, which usually has no federated credential: AADSTS700213. */
public final class ServiceAccountOfPod implements Rule {

    @Override
    public About about() {
        return About.error(
                "C15",
                "service-account",
                "A pod with the label runs as a service account that has no identity",
                "Set serviceAccountName to an account of the same namespace with the annotation"
                        + " azure.workload.identity/client-id",
                "Azure/azure-workload-identity#1249",
                "Azure/azure-workload-identity#340");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            if (!"true".equals(pod.pod().labels().get(Keys.USE))) {
                continue;
            }
            Optional<ServiceAccount> account = context.serviceAccount(pod);
            if (account.isPresent()) {
                FieldLocation annotations = context.location(account.get()).at("metadata", "annotations");
                if (!annotations.at(Keys.CLIENT_ID).exists() && !namesItself(pod)) {
                    unannotated(report, pod, annotations);
                }
            } else if (pod.pod().spec().serviceAccountName().isEmpty()) {
                report.add(
                        pod.label(Keys.USE),
                        "the pod names no service account, so it runs as default" + annotated(context, pod),
                        about().remedy() + ".");
            } else {
                absent(context, report, pod);
            }
        }
    }

    /** Whether the program names its client ID without the annotation, as one with several identities does. */
    private static boolean namesItself(PodSource pod) {
        return pod.annotation(Keys.USE_IDENTITY_BINDING).exists()
                || pod.containers().stream()
                        .flatMap(container -> container.at("env").items().stream())
                        .anyMatch(variable -> variable.at("name")
                                .text()
                                .toUpperCase(Locale.ROOT)
                                .replace("_", "")
                                .contains("CLIENTID"));
    }

    private static void unannotated(Report report, PodSource pod, FieldLocation annotations) {
        Optional<String> near = ClosestMatch.of(Keys.CLIENT_ID, annotations.keys());
        if (near.isPresent()) {
            FieldLocation annotation = annotations.at(near.get());
            report.add(
                    annotation,
                    "the key is " + near.get() + " and must be " + Keys.CLIENT_ID,
                    "Write: " + Keys.CLIENT_ID + ": " + annotation.text(),
                    Edit.key(annotation.position(), near.get(), Keys.CLIENT_ID));
        } else {
            report.add(
                    annotations,
                    "the account has no annotation " + Keys.CLIENT_ID + ", so pod "
                            + pod.pod().name() + " gets no AZURE_CLIENT_ID",
                    "Add to its annotations: " + Keys.CLIENT_ID + ": CLIENT_ID");
        }
    }

    private static String annotated(RuleContext context, PodSource pod) {
        return context.cluster().all(ServiceAccount.class).stream()
                .filter(account -> account.namespace().equals(pod.pod().namespace()))
                .filter(account -> account.metadata().annotations().containsKey(Keys.CLIENT_ID))
                .map(account -> "; " + account.name() + " has a client ID")
                .findFirst()
                .orElse("");
    }

    private static void absent(RuleContext context, Report report, PodSource pod) {
        String name = pod.serviceAccount();
        List<ServiceAccount> all = context.cluster().all(ServiceAccount.class);
        List<String> elsewhere = all.stream()
                .filter(account -> account.name().name().equals(name))
                .map(ServiceAccount::namespace)
                .toList();
        Optional<String> near = ClosestMatch.of(
                name,
                all.stream()
                        .filter(account -> account.namespace().equals(pod.pod().namespace()))
                        .map(account -> account.name().name())
                        .toList());
        FieldLocation field = pod.spec("serviceAccountName");
        if (!elsewhere.isEmpty()) {
            report.add(
                    field,
                    "service account " + name + " is not in " + pod.pod().namespace() + " but in "
                            + String.join(", ", elsewhere),
                    "Create it in " + pod.pod().namespace() + ": a pod runs as an account of its own namespace.");
        } else if (near.isPresent()) {
            report.add(field, "there is no service account " + name, "Write: serviceAccountName: " + near.get());
        } else {
            report.add(
                    Severity.INFO,
                    field,
                    "service account " + pod.pod().namespace() + "/" + name + " is not in these files",
                    "Add its file to the check; it needs the annotation " + Keys.CLIENT_ID + ".");
        }
    }
}
