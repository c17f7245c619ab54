// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.json.Json;
import io.podidentity.podid.check.azure.AzureFacts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlueprintProofTest {

    private static final String BLUEPRINT = "b1000000-0000-4000-8000-000000000001";

    @TempDir
    private Path folder;

    static Stream<BlueprintProof> proofs() {
        return Stream.of(
                BlueprintProof.ofAccount(new ObjectName("shop", "it's \"$(touch x)"), AzureFacts.NONE),
                BlueprintProof.ofManagedIdentity("11111111-2222-3333-4444-555555555555", AzureFacts.NONE));
    }

    /** The command that is pasted into a shell sends a JSON text of the credential, whatever the names are. */
    @ParameterizedTest
    @MethodSource("proofs")
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "The command is one for a POSIX shell")
    void command_inAShell_sendsTheFederatedCredential(BlueprintProof proof) throws Exception {
        Path az = Files.writeString(folder.resolve("az"), """
                #!/bin/sh
                if [ "$1" = rest ]; then shift; printf '%s\\n' "$@" > sent; else echo printed; fi
                """);
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        var shell = new ProcessBuilder("sh", "-c", proof.command(BLUEPRINT)).directory(folder.toFile());
        shell.environment().put("PATH", folder + ":" + System.getenv("PATH"));

        assertThat(shell.inheritIO().start().waitFor()).isZero();

        List<String> sent = Files.readAllLines(folder.resolve("sent"));
        assertThat(sent)
                .contains("https://graph.microsoft.com/v1.0/applications/printed/microsoft.graph.agentIdentityBlueprint"
                        + "/federatedIdentityCredentials");
        assertThat(Json.object(sent.get(sent.size() - 1)))
                .containsEntry("audiences", List.of("api://AzureADTokenExchange"))
                .containsKey("name")
                .containsAllEntriesOf(Map.of(
                        "subject",
                        proof.subject().orElse("printed"),
                        "issuer",
                        proof.subject().isPresent() ? "printed" : "https://login.microsoftonline.com/printed/v2.0"));
        assertThat(folder.resolve("x")).doesNotExist();
    }
}
