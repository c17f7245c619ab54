// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.azure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
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

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "The script is one for a POSIX shell")
    void facts_ofAgents_areReadByCheck(@TempDir Path temporary) throws Exception {
        var out = new StringWriter();
        new CommandLine(new FactsCommand()).setOut(new PrintWriter(out, true)).execute("--agents", "facts");
        Path az = Files.writeString(temporary.resolve("az"), """
                #!/bin/sh
                case "$*" in
                  *agentIdentity'?$top=999'*) printf '[{"id": "a", "agentIdentityBlueprintId": "b"}]' ;;
                  *'value[].[id, appId]'*) printf 'object\\tb\\n' ;;
                  *applications/object/*"appId: 'b'"*)
                    printf '{"appId": "b", "federatedIdentityCredentials": [{"subject": "s"}]}' ;;
                  *) printf '[]' ;;
                esac
                """);
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        var script = new ProcessBuilder("sh", "-c", out.toString()).directory(temporary.toFile());
        script.environment().put("PATH", temporary + ":" + System.getenv("PATH"));

        assertThat(script.inheritIO().start().waitFor()).isZero();

        AgentFacts agents = AzureFacts.readFolder(temporary.resolve("facts")).agents();
        assertThat(agents.findIdentity("A").orElseThrow().blueprintId()).isEqualTo("b");
        assertThat(agents.findBlueprint("b").orElseThrow().credentials())
                .extracting(AgentFacts.Trusted::subject)
                .containsExactly("s");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "The script is one for a POSIX shell")
    void facts_intoAFolderWithASpace_areWrittenThere(@TempDir Path temporary) throws Exception {
        var out = new StringWriter();
        new CommandLine(new FactsCommand()).setOut(new PrintWriter(out, true)).execute("-g", "g", "-n", "n", "out dir");
        Path az = Files.writeString(temporary.resolve("az"), "#!/bin/sh\nprintf 'group\\tname\\n'\n");
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        var script = new ProcessBuilder("sh", "-c", out.toString()).directory(temporary.toFile());
        script.environment().put("PATH", temporary + ":" + System.getenv("PATH"));

        assertThat(script.inheritIO().start().waitFor()).isZero();

        assertThat(temporary.resolve("out dir/federated-credentials-group-name.json"))
                .hasContent("group\tname");
    }
}
