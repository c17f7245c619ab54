package io.podidentity.podid.check.azure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class FactsCommandTest {

    @Test
    void facts_always_printsReadingCommandsForTheCluster() {
        var out = new StringWriter();
        int exitCode = new CommandLine(new FactsCommand())
                .setOut(new PrintWriter(out, true))
                .execute("-g", "my group", "-n", "aks", "folder");
        assertThat(exitCode).isZero();
        assertThat(out.toString())
                .contains(
                        "az aks show -g 'my group' -n aks -o json > folder/cluster.json",
                        "az identity list -o json",
                        "az role assignment list --all",
                        "az identity federated-credential list")
                .doesNotContain("create", "update", "delete");
    }
}
