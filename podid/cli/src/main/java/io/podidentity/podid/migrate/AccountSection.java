// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import static io.podidentity.podid.migrate.MarkdownWriter.escape;

import io.podidentity.podid.text.MarkdownText;
import io.podidentity.podid.text.ShellWord;
import io.podidentity.podid.text.YamlText;
import java.util.stream.Collectors;

/** The part of the report about service accounts. Not thread-safe. */
final class AccountSection {

    private final Migration migration;
    private final MarkdownWriter writer;

    AccountSection(Migration migration, MarkdownWriter writer) {
        this.migration = migration;
        this.writer = writer;
    }

    void write() {
        writer.writeHeading("Service accounts");
        for (MovePlan plan : migration.plans()) {
            for (AccountMove account : plan.accounts()) {
                writeAccount(account, migration.describePlace(plan));
            }
        }
    }

    private void writeAccount(AccountMove account, String place) {
        writer.writeItem(account.name() + place + describe(account));
        if (account.how() == AccountMove.How.CREATE) {
            writeRoleBindings(account);
            writeCommands(account);
        }
    }

    private static String describe(AccountMove account) {
        String annotations = account.annotations().entrySet().stream()
                .map(annotation -> MarkdownText.code(annotation.getKey() + ": " + annotation.getValue()))
                .collect(Collectors.joining(" and "));
        return switch (account.how()) {
            case ANNOTATE -> " gets " + annotations + ".";
            case DEFINE ->
                " is in no file, but pods run as it: a manifest with " + annotations
                        + " is added, which kubectl apply merges into the account.";
            case CREATE ->
                " is new, with " + annotations + ", in place of " + account.insteadOf() + describeReason(account);
        };
    }

    private static String describeReason(AccountMove account) {
        if (account.insteadOf().name().equals("default")) {
            return ", which every pod of the namespace without another one runs as.";
        }
        return ", whose other pods use another identity.";
    }

    private void writeRoleBindings(AccountMove account) {
        if (account.roleBindings().isEmpty()) {
            return;
        }
        String subject =
                "{kind: ServiceAccount, name: " + YamlText.of(account.name().name()) + ", namespace: "
                        + YamlText.of(account.name().namespace()) + "}";
        writer.writeSubItem(
                "Its pods lose what " + account.insteadOf() + " may do in Kubernetes. Add to the subjects of "
                        + escape(String.join(", ", account.roleBindings())) + ": " + MarkdownText.code(subject));
    }

    /** Writes the commands that show what the files do not tell. */
    private void writeCommands(AccountMove account) {
        String name = ShellWord.quoted(account.insteadOf().name());
        String namespace = ShellWord.quoted(account.insteadOf().namespace());
        String bindings = "kubectl get rolebindings,clusterrolebindings -A -o wide | grep " + name;
        String secrets =
                "kubectl get serviceaccount -n " + namespace + " " + name + " -o jsonpath='{.imagePullSecrets}'";
        String copied =
                account.pullSecrets().isEmpty() ? "" : ". Copied: " + escape(String.join(", ", account.pullSecrets()));
        writer.writeSubItem("What of " + account.insteadOf() + " is not in these files: " + MarkdownText.code(bindings)
                + ", and its image pull secrets: " + MarkdownText.code(secrets) + copied);
    }
}
