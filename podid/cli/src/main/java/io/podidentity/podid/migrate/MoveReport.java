// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import static io.podidentity.podid.migrate.MarkdownWriter.escape;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.podid.migrate.edit.ChartMentions;
import io.podidentity.podid.text.MarkdownText;
import io.podidentity.podid.text.ShellWord;
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

    private static final String DELETE_REPLICA_PODS = " It does not replace the pods that it has: delete them.";
    private static final String PODS_ARE_REPLACED =
            " Its pods are replaced one after the other; with updateStrategy OnDelete delete them yourself.";

    /**
     * What is needed for each kind until its pods use the changed manifest. For a Deployment it is enough to apply it.
     */
    private static final Map<String, String> ROLLOUTS = Map.of(
            "Pod", " A bare pod keeps the service account that it was created with: delete it and apply it again.",
            "Job", " The template of a Job cannot be changed: delete the Job and apply it again.",
            "CronJob", " Its next Job is the first one with workload identity.",
            "StatefulSet", PODS_ARE_REPLACED,
            "DaemonSet", PODS_ARE_REPLACED,
            "ReplicaSet", DELETE_REPLICA_PODS,
            "ReplicationController", DELETE_REPLICA_PODS);

    private final Migration migration;
    private final MigrationSettings settings;
    private final MarkdownWriter writer = new MarkdownWriter();

    private MoveReport(Migration migration) {
        this.migration = migration;
        this.settings = migration.settings();
    }

    static String write(Migration migration) {
        var report = new MoveReport(migration);
        report.writeSummary();
        report.writePods();
        report.writeDecisions();
        new AccountSection(migration, report.writer).write();
        report.writeIdentities();
        new StepsSection(migration, report.writer).write();
        report.writeRest();
        return report.writer.toString();
    }

    private void writeSummary() {
        List<PodOutcome> outcomes = migration.outcomes();
        long same = outcomes.stream().filter(PodOutcome::isSame).count();
        writer.writeTitle("From aad-pod-identity to workload identity");
        writer.writeLines("Read as version " + escape(migration.describeVersion()) + ".\n");
        writer.writeLines(same + " of " + outcomes.size()
                + " pods get the identity that is bound to them. Each request was played twice, by the"
                + " old files and by the new ones, with an Azure that trusts what `azure.sh` creates and nobody else.");
        if (!migration.isFinished()) {
            writer.writeLines("\n**Not finished:** read \"A person must decide\" first.");
        }
    }

    private void writePods() {
        writer.writeHeading("Pods");
        writer.writeLines("| Pod of | Before | After | |");
        writer.writeLines("|---|---|---|---|");
        for (PodOutcome outcome : migration.outcomes()) {
            writer.writeLines("| " + escape(outcome.describePod()) + " | " + escape(outcome.describeBefore()) + " | "
                    + escape(outcome.describeAfter()) + " | "
                    + outcome.verdict().word() + " |");
        }
        writer.writeLines("");
        for (PodOutcome outcome : migration.outcomes()) {
            PodMove move = outcome.move();
            String identity = outcome.describePod() + " uses " + move.identity().describe() + ", "
                    + move.choice().text();
            writer.writeItem(escape(identity) + "." + describeRollout(move) + describeNetwork(move));
        }
    }

    private static String describeRollout(PodMove move) {
        return ROLLOUTS.getOrDefault(move.source().kind(), "");
    }

    private String describeNetwork(PodMove move) {
        if (!move.source().pod().spec().hostNetwork()) {
            return "";
        }
        String sidecar =
                settings.proxySidecar() ? ", but the proxy sidecar does not: the cluster refuses such a pod." : ".";
        return " It uses the node's network: NMI never saw it, and the node's metadata service gave it any identity"
                + " of the node. Workload identity works there too" + sidecar;
    }

    /** What a person must decide, whether it keeps from writing or not. */
    static List<String> listDecisions(Migration migration) {
        var decisions = new ArrayList<String>(migration.asks());
        decisions.addAll(migration.changes().manualSteps().steps());
        decisions.addAll(migration.pending());
        for (MovePlan plan : migration.plans()) {
            decisions.addAll(describeOverLimit(plan, migration.describePlace(plan)));
        }
        return decisions;
    }

    private static List<String> describeOverLimit(MovePlan plan, String place) {
        Map<String, List<Federation>> byIdentity = plan.federationsOverLimit().stream()
                .collect(Collectors.groupingBy(MoveReport::describeIdentity, LinkedHashMap::new, Collectors.toList()));
        return byIdentity.entrySet().stream()
                .map(identity -> describeOverLimit(identity.getKey() + place, identity.getValue()))
                .toList();
    }

    private static String describeIdentity(Federation federation) {
        return federation.identity().describe();
    }

    private static String describeOverLimit(String identity, List<Federation> overLimit) {
        int needed = FederatedCredentials.LIMIT + overLimit.size();
        String subjects = overLimit.stream().map(Federation::subject).collect(Collectors.joining(", "));
        return identity + " needs " + needed + " federated credentials, and Azure allows "
                + FederatedCredentials.LIMIT
                + ". Let pods share a service account, use a second identity, or an identity binding of AKS. Not in"
                + " azure.sh: " + subjects;
    }

    private void writeDecisions() {
        var lines = new ArrayList<String>();
        for (PodOutcome outcome : migration.outcomes()) {
            if (!outcome.isGood()) {
                lines.add(outcome.describePod() + ": " + outcome.describeAfter());
            }
        }
        lines.addAll(listDecisions(migration));
        if (!lines.isEmpty()) {
            writer.writeHeading("A person must decide");
            lines.forEach(line -> writer.writeItem(escape(line)));
        }
    }

    private void writeIdentities() {
        writer.writeHeading("Identities");
        Set<MovedIdentity> identities = new LinkedHashSet<>();
        Set<String> notes = new LinkedHashSet<>();
        for (MovePlan plan : migration.plans()) {
            plan.federations().forEach(federation -> identities.add(federation.identity()));
            plan.notes().forEach(note -> notes.add(note + migration.describePlace(plan)));
        }
        writer.writeLines("They stay, and so do their roles; only who may use them changes. To look at the roles:");
        writer.writeLines("");
        for (MovedIdentity identity : identities) {
            String command =
                    "az role assignment list --all --assignee " + ShellWord.quoted(identity.clientId()) + " -o table";
            writer.writeItem(MarkdownText.code(command) + " of " + escape(identity.describe()));
        }
        notes.forEach(note -> writer.writeItem(escape(note)));
    }

    private void writeRest() {
        var lines = new ArrayList<String>();
        migration.plans().forEach(plan -> lines.addAll(describeStaying(plan)));
        for (String file : migration.emptiedFiles()) {
            lines.add(escape(file) + " had nothing else in it, and is gone.");
        }
        if (migration.leavesOutMadeByControllers()) {
            lines.add("What controllers make (pods, ReplicaSets, Jobs) is left out of the new files.");
        }
        migration.charts().forEach(chart -> lines.add(describeChart(chart)));
        if (!lines.isEmpty()) {
            writer.writeHeading("The rest");
            lines.forEach(writer::writeItem);
        }
    }

    /** What is left as it is in one cluster, and which objects of pod identity go. */
    private List<String> describeStaying(MovePlan plan) {
        var lines = new ArrayList<String>();
        String place = migration.describePlace(plan);
        plan.stays().forEach((pod, reason) -> lines.add(escape("Pod " + pod + place + " is left as it is: " + reason)));
        List<KubernetesObject> leftovers = migration.changes().leftovers(plan);
        if (!leftovers.isEmpty()) {
            lines.add(describeLeftovers(leftovers, place));
        }
        for (AzureIdentityBinding binding : plan.context().cluster().bindings()) {
            if (!leftovers.contains(binding)) {
                lines.add("AzureIdentityBinding " + binding.name() + place
                        + " stays: no pod of these files, or not each, can do without it.");
            }
        }
        return lines;
    }

    private String describeLeftovers(List<KubernetesObject> leftovers, String place) {
        String when = settings.keepsPodIdentity() ? "To be removed later" : "Removed from the files";
        String objects = leftovers.stream()
                .map(object -> WrittenObjects.kindOf(object) + " " + object.name())
                .collect(Collectors.joining(", "));
        return when + place + ": " + objects;
    }

    private static String describeChart(Path chart) {
        String labels = String.join(", ", ChartMentions.find(chart, "aadpodid"));
        List<String> accounts = ChartMentions.find(chart, "serviceAccountName");
        String accountHint = accounts.isEmpty()
                ? "; it sets no serviceAccountName yet"
                : "; serviceAccountName is set in " + escape(String.join(", ", accounts));
        return "The Helm chart " + escape(String.valueOf(chart.getFileName()))
                + " is not changed, since templates are no YAML. Change by hand: " + escape(labels) + accountHint;
    }
}
