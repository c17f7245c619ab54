// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.migrate.MovePlan.Federation;
import io.podidentity.podid.migrate.Planner.Wish;
import io.podidentity.podid.migrate.Proof.Outcome;
import io.podidentity.podid.migrate.edit.SourceTree;
import io.podidentity.podid.text.MarkdownText;
import io.podidentity.podid.text.ShellWord;
import io.podidentity.podid.text.YamlText;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The report of a migration, in Markdown. Not thread-safe. */
final class MoveReport {

    private static final String DOCUMENT =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/migrate.md";

    private final Migration migration;
    private final Wish wish;
    private final StringBuilder text = new StringBuilder();

    private MoveReport(Migration migration) {
        this.migration = migration;
        this.wish = migration.wish();
    }

    static String of(Migration migration) {
        var report = new MoveReport(migration);
        report.summary();
        report.pods();
        report.decide();
        report.accounts();
        report.identities();
        report.order();
        report.rollback();
        report.rest();
        return report.text.toString();
    }

    private void heading(String name) {
        text.append("\n## ").append(name).append("\n\n");
    }

    private void item(String line) {
        text.append("- ").append(line).append('\n');
    }

    private void below(String line) {
        text.append("  - ").append(line).append('\n');
    }

    private void paragraph(String words) {
        text.append(words).append('\n');
    }

    private static String text(String words) {
        return MarkdownText.of(words);
    }

    private void summary() {
        List<Outcome> all = migration.outcomes();
        long same = all.stream().filter(Outcome::isSame).count();
        text.append("# From aad-pod-identity to workload identity\n\n");
        paragraph("Read as version " + text(migration.version()) + ".\n");
        paragraph(same + " of " + all.size()
                + " pods get the identity that is bound to them. Each request was played twice, by the"
                + " old files and by the new ones, with an Azure that trusts what `azure.sh` creates and nobody else.");
        if (!migration.isGood()) {
            paragraph("\n**Not finished:** read \"A person must decide\" first.");
        }
    }

    private void pods() {
        heading("Pods");
        paragraph("| Pod of | Before | After | |");
        paragraph("|---|---|---|---|");
        for (Outcome one : migration.outcomes()) {
            paragraph("| " + text(one.move().source().object() + one.place()) + " | "
                    + text(one.beforehand()) + " | " + text(one.afterwards()) + " | "
                    + one.word() + " |");
        }
        paragraph("");
        for (Outcome one : migration.outcomes()) {
            PodMove move = one.move();
            item(text(move.source().object() + one.place() + " uses "
                            + move.identity().describe() + ", " + move.choice().text())
                    + "." + kind(move) + network(move));
        }
    }

    private static String kind(PodMove move) {
        return switch (move.source().kind()) {
            case "Pod" ->
                " A bare pod keeps the service account that it was created with: delete it and apply it again.";
            case "Job" -> " The template of a Job cannot be changed: delete the Job and apply it again.";
            case "CronJob" -> " Its next Job is the first one with workload identity.";
            case "StatefulSet", "DaemonSet" ->
                " Its pods are replaced one after the other; with updateStrategy OnDelete" + " delete them yourself.";
            case "ReplicaSet", "ReplicationController" -> " It does not replace the pods that it has: delete them.";
            default -> "";
        };
    }

    private String network(PodMove move) {
        return !move.source().pod().spec().hostNetwork()
                ? ""
                : " It uses the node's network: NMI never saw it, and the node's metadata service gave it any identity"
                        + " of the node. Workload identity works there too"
                        + (wish.proxySidecar()
                                ? ", but the proxy sidecar does not: the cluster refuses such a pod."
                                : ".");
    }

    /** What a person must decide, whether it keeps from writing or not. */
    static List<String> decisions(Migration migration) {
        var lines = new ArrayList<String>(migration.asks());
        lines.addAll(migration.changes().byHand());
        lines.addAll(migration.pending());
        for (MovePlan plan : migration.plans()) {
            overLimit(plan, migration.place(plan), lines);
        }
        return lines;
    }

    private void decide() {
        var lines = new ArrayList<String>();
        migration.outcomes().stream()
                .filter(outcome -> !outcome.isGood())
                .map(outcome -> outcome.move().source().object() + outcome.place() + ": " + outcome.afterwards())
                .forEach(line -> lines.add(text(line)));
        decisions(migration).stream().map(MoveReport::text).forEach(lines::add);
        if (!lines.isEmpty()) {
            heading("A person must decide");
            lines.forEach(this::item);
        }
    }

    private static void overLimit(MovePlan plan, String place, List<String> lines) {
        Map<String, List<Federation>> over = plan.overLimit().stream()
                .collect(Collectors.groupingBy(
                        one -> one.identity().describe(), LinkedHashMap::new, Collectors.toList()));
        over.forEach(
                (identity, all) -> lines.add(identity + place + " needs " + (FederatedCredentials.LIMIT + all.size())
                        + " federated credentials, and Azure allows " + FederatedCredentials.LIMIT
                        + ". Let pods share a service account, use a second identity, or an identity binding of AKS. Not in"
                        + " azure.sh: "
                        + all.stream().map(Federation::subject).collect(Collectors.joining(", "))));
    }

    private void accounts() {
        heading("Service accounts");
        for (MovePlan plan : migration.plans()) {
            for (AccountMove account : plan.accounts()) {
                String annotations = account.annotations().entrySet().stream()
                        .map(one -> MarkdownText.code(one.getKey() + ": " + one.getValue()))
                        .collect(Collectors.joining(" and "));
                item(account.name()
                        + migration.place(plan)
                        + switch (account.how()) {
                            case ANNOTATE -> " gets " + annotations + ".";
                            case DEFINE ->
                                " is in no file, but pods run as it: a manifest with " + annotations
                                        + " is added, which kubectl apply merges into the account.";
                            case CREATE ->
                                " is new, with " + annotations + ", in place of " + account.insteadOf()
                                        + reason(account);
                        });
                roles(account);
            }
        }
    }

    private static String reason(AccountMove account) {
        return account.insteadOf().name().equals("default")
                ? ", which every pod of the namespace without another one runs as."
                : ", whose other pods use another identity.";
    }

    private void roles(AccountMove account) {
        if (account.how() != AccountMove.How.CREATE) {
            return;
        }
        if (!account.roleBindings().isEmpty()) {
            below("Its pods lose what " + account.insteadOf() + " may do in Kubernetes. Add to the subjects of "
                    + text(String.join(", ", account.roleBindings())) + ": "
                    + MarkdownText.code("{kind: ServiceAccount, name: "
                            + YamlText.of(account.name().name()) + ", namespace: "
                            + YamlText.of(account.name().namespace()) + "}"));
        }
        below("What of " + account.insteadOf()
                + " is not in these files: "
                + MarkdownText.code("kubectl get rolebindings,clusterrolebindings -A -o wide | grep "
                        + ShellWord.quoted(account.insteadOf().name()))
                + ", and its image pull secrets: "
                + MarkdownText.code("kubectl get serviceaccount -n "
                        + ShellWord.quoted(account.insteadOf().namespace()) + " "
                        + ShellWord.quoted(account.insteadOf().name()) + " -o jsonpath='{.imagePullSecrets}'")
                + (account.pullSecrets().isEmpty()
                        ? ""
                        : ". Copied: " + text(String.join(", ", account.pullSecrets()))));
    }

    private void identities() {
        heading("Identities");
        Set<MovedIdentity> all = new LinkedHashSet<>();
        migration.plans().forEach(plan -> plan.federations().forEach(one -> all.add(one.identity())));
        paragraph("They stay, and so do their roles; only who may use them changes. To look at the roles:");
        paragraph("");
        all.forEach(one -> item(MarkdownText.code(
                        "az role assignment list --all --assignee " + ShellWord.quoted(one.clientId()) + " -o table")
                + " of " + text(one.describe())));
        Set<String> notes = new LinkedHashSet<>();
        migration.plans().forEach(plan -> plan.notes().forEach(note -> notes.add(note + migration.place(plan))));
        notes.forEach(note -> item(text(note)));
    }

    private void order() {
        heading("In this order");
        String where = wish.inPlace() ? "your folder" : "this folder";
        paragraph("""
            1. **Enable and federate.** `CLUSTER_GROUP=… CLUSTER=… %2$s./azure.sh`. Nothing changes for the pods that run. A new
               credential can take some minutes, and a pod that asks too early is refused for two more.
            2. **Deploy beside.** Apply %1$s to a test namespace or cluster first if you have one (it needs its own federated
               credentials), then to this one: `kubectl apply -f`, or `-k` for a kustomization. Service accounts
               come before the pods.
            3. **Verify.** `podid check --profile workload-identity` on the files; in a pod `AZURE_FEDERATED_TOKEN_FILE` must be
               set, and `java -jar token-provider.jar explain`, or your program, must name the client ID above.
               Libraries need: azure-identity for Java 1.9.0, .NET 1.9.0, Go 1.3.0, JavaScript 3.2.0, Python 1.13.0. Older
               ones and AppAuthentication ask the metadata service: `--proxy-sidecar` is for them.
            4. **Remove the old objects.** Only when all pods are verified: `kubectl delete azureidentitybinding,azureidentity`
               of the names below. `kubectl apply` has not removed them; GitOps with pruning has, so there use
               `--keep-pod-identity` first.
            5. **Uninstall** MIC and NMI when `kubectl get azureassignedidentities -A` is empty: `helm uninstall`, or
               `az aks update --disable-pod-identity`. Then take the roles Managed Identity Operator and Virtual Machine
               Contributor from the cluster's identity.\
            """.formatted(where, AzureScript.wantsEnvironment(migration.plans()) ? "ENVIRONMENT=… " : ""));
        paragraph("");
        paragraph(
                wish.keepsPodIdentity()
                        ? "The label `aadpodidbinding` and the objects stay (`--keep-pod-identity`): NMI still answers these"
                                + " pods, so a library that ignores workload identity goes unnoticed. Run without the"
                                + " option before step 4."
                        : "The label `aadpodidbinding` goes, since with both a library that ignores workload identity"
                                + " would be answered by NMI, and nobody would notice before step 5. For a time with"
                                + " both: `--keep-pod-identity`.");
        if (wish.proxySidecar()) {
            paragraph("\nThe sidecar (`" + Keys.INJECT_PROXY + "`) is for the migration only, and has limits: see \"Old"
                    + " libraries\" in " + DOCUMENT + ". Only the presence of the annotation counts: remove it, do not"
                    + " write \"false\".");
        }
        if (!migration.roles().isEmpty()) {
            paragraph("\nThe pods use identity bindings (`" + Keys.USE_IDENTITY_BINDING
                    + "`): azure.sh binds each managed"
                    + " identity to the cluster, and no credential of your own is needed. `"
                    + String.join("`, `", migration.roles()) + "` lets the service accounts use them; apply it with"
                    + " them. Libraries must be told, and DefaultAzureCredential cannot do it: see \"Identity bindings\""
                    + " in " + DOCUMENT + ".");
        }
    }

    private void rollback() {
        heading("Rollback");
        paragraph("""
            Until step 4: apply the old files again, or `kubectl rollout undo`. MIC and NMI still run, the old objects are still
            there, and nothing in Azure was removed; the new federated credentials harm nobody. After step 4: apply the old
            objects first. After step 5: install aad-pod-identity again, which AKS no longer supports.\
            """);
    }

    private void rest() {
        var lines = new ArrayList<String>();
        for (MovePlan plan : migration.plans()) {
            plan.stays()
                    .forEach((pod, why) ->
                            lines.add(text("Pod " + pod + migration.place(plan) + " is left as it is: " + why)));
            List<KubernetesObject> leftovers = migration.changes().leftovers(plan);
            if (!leftovers.isEmpty()) {
                lines.add((wish.keepsPodIdentity() ? "To be removed later" : "Removed from the files")
                        + migration.place(plan) + ": "
                        + leftovers.stream()
                                .map(one -> one.getClass().getSimpleName() + " " + one.name())
                                .collect(Collectors.joining(", ")));
            }
            plan.context().cluster().bindings().stream()
                    .filter(one -> !leftovers.contains(one))
                    .forEach(one -> lines.add("AzureIdentityBinding " + one.name() + migration.place(plan)
                            + " stays: no pod of these files, or not each, can do without it."));
        }
        migration.emptied().forEach(file -> lines.add(text(file) + " had nothing else in it, and is gone."));
        if (migration.hasOwned()) {
            lines.add("What controllers make (pods, ReplicaSets, Jobs) is left out of the new files.");
        }
        for (Path chart : migration.charts()) {
            List<String> accounts = SourceTree.mentions(chart, "serviceAccountName");
            lines.add("The Helm chart " + text(String.valueOf(chart.getFileName()))
                    + " is not changed, since templates are no YAML. Change by hand: "
                    + text(String.join(", ", SourceTree.mentions(chart, "aadpodid")))
                    + (accounts.isEmpty()
                            ? "; it sets no serviceAccountName yet"
                            : "; serviceAccountName is set in " + text(String.join(", ", accounts))));
        }
        if (!lines.isEmpty()) {
            heading("The rest");
            lines.forEach(this::item);
        }
    }
}
