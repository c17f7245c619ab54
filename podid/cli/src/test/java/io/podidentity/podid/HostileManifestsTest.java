// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Manifests of somebody who wants to write on the terminal of whoever looks at them. */
class HostileManifestsTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"check", "explain", "check --format=json", "check --format=sarif", "check --format=junit"})
    void podid_whateverNamesTheyHave_printsNoControlCharacter(String command) throws IOException {
        Path file = Files.writeString(folder.resolve("hostile.yaml"), """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: "a\\e[31mRED\\e]0;owned\\a"}
                spec: {type: 0, resourceID: "/x\\e[2J\\u202Eevil", clientID: "c\\e[1m"}
                ---
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentityBinding
                metadata: {name: "b\\u009b5m"}
                spec: {azureIdentity: "a\\e[31m", selector: "s\\u009b31m"}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: "p\\e[7m", namespace: "n\\e[7m", labels: {aadpodidbinding: "s\\r\\b\\b"}}
                spec: {containers: [{name: "c\\e[0m", image: "i\\e[0m"}]}
                """);
        CommandLine podid =
                Podid.writingTo(new PrintWriter(out, true), new PrintWriter(err, true), Podid.commandLine(""));
        String[] words = (command + " " + file).split(" ", -1);

        podid.execute(words);

        assertThat(out + "" + err).contains("hostile.yaml");
        assertThat((out + "" + err).chars())
                .noneMatch(c -> (Character.isISOControl(c) && c != '\n' && c != '\t') || c == 0x202e);
    }
}
