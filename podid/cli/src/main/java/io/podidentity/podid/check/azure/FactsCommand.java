// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.azure;

import io.podidentity.podid.text.ShellWord;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints the script that writes a folder for {@code check --azure}; runs nothing itself. */
@Command(
        name = "facts",
        description = "Prints the az commands that write a folder for check --azure. They only read, and what they"
                + " print holds no secret.",
        footer = {
            "",
            "Example:",
            "  podid facts -g GROUP -n CLUSTER facts > facts.sh && sh facts.sh && podid check k8s/ --azure facts"
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class FactsCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            defaultValue = "facts",
            description = "The folder to write. Default: ${DEFAULT-VALUE}")
    private String folder;

    @Option(
            names = {"-g", "--resource-group"},
            paramLabel = "GROUP",
            defaultValue = "GROUP",
            description = "The group of the cluster.")
    private String group;

    @Option(
            names = {"-n", "--name"},
            paramLabel = "CLUSTER",
            defaultValue = "CLUSTER",
            description = "The name of the cluster.")
    private String cluster;

    @Option(
            names = "--agents",
            description = "Also print the commands that read agent identity blueprints, their federated credentials and"
                    + " their agent identities from Microsoft Graph. They need the permissions"
                    + " AgentIdentityBlueprint.Read.All and AgentIdentity.Read.All. Sign in to az as an"
                    + " application: a user's token of az is refused.")
    private boolean agents;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        out.print("""
            set -e
            mkdir -p %1$s
            az aks show -g %2$s -n %3$s -o json > %1$s/cluster.json
            az identity list -o json > %1$s/identities.json
            az role assignment list --all -o json > %1$s/role-assignments.json
            az identity list --query '[].[resourceGroup, name]' -o tsv | while read -r group name; do
              az identity federated-credential list -g "$group" --identity-name "$name" -o json \\
                > %1$s/"federated-credentials-$group-$name.json"
            done
            """.formatted(ShellWord.quoted(folder), ShellWord.quoted(group), ShellWord.quoted(cluster)));
        if (agents) {
            printAgents(out);
        }
        out.flush();
        return 0;
    }

    /** The dollar signs of the options of Microsoft Graph are not the shell's, so those URLs are in single quotes. */
    private void printAgents(PrintWriter out) {
        out.print("""
            graph=https://graph.microsoft.com/v1.0
            az rest --url "$graph/servicePrincipals/microsoft.graph.agentIdentity"'?$top=999' --query value -o json \\
              > %1$s/agents.json
            az rest --url "$graph/applications/microsoft.graph.agentIdentityBlueprint"'?$top=999' \\
              --query 'value[].[id, appId]' -o tsv | while read -r id app; do
              az rest --url "$graph/applications/$id/microsoft.graph.agentIdentityBlueprint/federatedIdentityCredentials" \\
                --query "{appId: '$app', federatedIdentityCredentials: value}" -o json > %1$s/"blueprint-$app.json"
            done
            """.formatted(ShellWord.quoted(folder)));
    }
}
