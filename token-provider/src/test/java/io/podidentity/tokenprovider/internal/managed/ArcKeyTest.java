// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArcKeyTest {
    private static final String FOLDER = "/var/opt/azcmagent/tokens";

    @TempDir
    private Path root;

    private Path folder;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectories(Path.of(root.toString(), FOLDER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic realm=/var/opt/azcmagent/tokens/a=b.key",
                "basic  REALM = \"/var/opt/azcmagent/tokens/a=b.key\"",
            })
    void read_ofAChallenge_isTheFilesTextWithoutBlanks(String challenge) throws IOException {
        Files.writeString(folder.resolve("a=b.key"), " the key\r\n");

        assertThat(key(false, Map.of()).read(challenge)).isEqualTo("the key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Bearer realm=/var/opt/azcmagent/tokens/a.key", "Basic", "Basic realm=", "Basic x=y", ""})
    void read_ofAnotherChallenge_isRefused(String challenge) {
        assertThatThrownBy(() -> key(false, Map.of()).read(challenge))
                .hasMessage("HTTP 401 with a challenge that is not 'Basic realm=FILE'. Check what answers in the"
                        + " agent's place.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/var/opt/azcmagent/tokens/sub/a.key",
                "/var/opt/azcmagent/tokens/../tokens/a.key",
                "/var/opt/azcmagent/tokens//a.key",
                "/var/opt/azcmagent/tokensx/a.key",
                "/var/opt/azcmagent/tokens/.key",
                "/var/opt/azcmagent/tokens/a.key.txt",
                "var/opt/azcmagent/tokens/a.key",
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\a.key",
                "a.key",
            })
    void read_ofAFileOutsideTheFolder_isRefused(String path) {
        assertThatThrownBy(() -> key(false, Map.of()).read("Basic realm=" + path))
                .hasMessage("the challenge names " + path + ", and keys are files *.key in " + FOLDER
                        + ". Check what answers in the agent's place.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FOLDER + "/a.key",
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\..\\a.key",
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\a:b.key",
                "C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\b/a.key",
                "null\\AzureConnectedMachineAgent\\Tokens\\a.key",
            })
    void read_onWindowsOutsideItsFolder_isRefused(String path) {
        assertThatThrownBy(() ->
                        key(true, Map.of("ProgramData", "C:\\ProgramData")).read("Basic realm=" + path))
                .hasMessageStartingWith("the challenge names ");
    }

    @Test
    void read_onWindowsInItsFolder_looksThere() {
        assertThatThrownBy(() -> key(true, Map.of("ProgramData", "C:\\ProgramData"))
                        .read("Basic realm=c:\\programdata\\azureconnectedmachineagent\\tokens\\a.key"))
                .hasMessageContaining(" is not there. ");
    }

    @Test
    void read_ofASymbolicLink_isRefused() throws IOException {
        Path secret = Files.writeString(root.resolve("secret"), "not for you");
        Files.createSymbolicLink(folder.resolve("a.key"), secret);

        assertThatThrownBy(() -> key(false, Map.of()).read("Basic realm=" + FOLDER + "/a.key"))
                .hasMessage("the agent's key /var/opt/azcmagent/tokens/a.key is not a plain file. Run this program as a"
                        + " member of the group himds, by 'sudo usermod -aG himds USER'.");
    }

    private ArcKey key(boolean windows, Map<String, String> variables) {
        return new ArcKey(new Environment(variables, false, windows, "/nowhere"), new File(root.toString()));
    }
}
