// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.cluster.Profile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Folders as they are in repositories: manifests among many other files. */
class SkippedInputTest {

    private static final String POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n";

    @TempDir
    private Path folder;

    private void write(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.writeString(folder.resolve(name), text);
    }

    private Manifests read(Path... searchPath) {
        return reader(searchPath).read(List.of(folder.toString()), InputStream.nullInputStream());
    }

    private static ManifestReader reader(Path... searchPath) {
        String path = searchPath.length == 0 ? "" : searchPath[0].toString();
        return new ManifestReader(Profile.V1_5_4, new Tools(path));
    }

    private static List<String> pods(Manifests manifests) {
        return manifests.cluster().pods().stream()
                .map(pod -> pod.name().toString())
                .toList();
    }

    /** Also for root, who may read each folder: no program can name a path of more than 4,096 characters. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no such limit, and no sh")
    void read_whereAFolderCannotBeRead_skipsItAndReadsTheOthers() throws Exception {
        write("a.yaml", POD.formatted("a"));
        write("z/z.yaml", POD.formatted("z"));
        String script =
                "cd \"$1\" && name=$(printf '%0240d' 0) && for i in $(seq 20); do mkdir $name && cd -P $name; done";
        Process deep = new ProcessBuilder("sh", "-c", script, "sh", folder.toString())
                .inheritIO()
                .start();
        assertThat(deep.waitFor()).isZero();
        try {
            Manifests manifests = read();

            assertThat(pods(manifests)).containsExactlyInAnyOrder("default/a", "default/z");
            assertThat(manifests.skipped())
                    .singleElement()
                    .matches(Skipped::isBroken)
                    .hasToString(
                            manifests.skipped().get(0).place() + ": skipped: this cannot be read (File name too long)");
        } finally {
            new ProcessBuilder("sh", "-c", "rm -r \"$1\"/0*", "sh", folder.toString())
                    .start()
                    .waitFor();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'- {op: add, path: /a, value: b}' | false | This is a JSON patch, which kustomize applies",
                "'on: push\njobs: {}' | false | This is no Kubernetes manifest: it has no apiVersion and kind",
                "'replicas: 3' | false | This is no Kubernetes manifest: it has no apiVersion and kind",
                "'{{- if .Values.on }}\nkind: Pod' | false | 'This is a template, and YAML only once it is rendered, for"
                        + " a Helm chart by helm template CHART'",
                "'apiVersion: v1\nkind: Config\nclusters: []' | false | This manifest has no metadata",
                "'apiVersion: v1\nkind: Pod\nmetadata: {name: \"{{ .Release.Name }}\"}' | false | 'This is a template,"
                        + " as its name {{ .Release.Name }} shows'",
                "'apiVersion: v1\nkind: Pod\nmetadata: [a' | true | 'This is not YAML: expected '','' or '']'', but"
                        + " got <stream end>'",
                "'apiVersion: v1\nkind: Pod\nmetadata: {labels: {}}' | true | This manifest has no metadata.name",
                "'apiVersion: v1\nkind: Pod\nmetadata: {name: \"\\x' | true | 'This is not YAML: what follows has an"
                        + " escape that is no character'",
                "'apiVersion: v1\nkind: Pod\nmetadata: {name: \"\\UFFFFFFFF\"}' | true | 'This is not YAML: what follows has an"
                        + " escape that is no character'",
                "'apiVersion: v1\nkind: Pod\nmetadata: {name: \"\\U00110000\"}' | true | 'This is not YAML: found unknown"
                        + " escape character 00110000'",
                "'a\tb: [' | false | 'This is not YAML: expected the node content, but found ''<stream end>'''"
            })
    void read_ofOtherFiles_skipsThemAndSaysWhy(String text, boolean isBroken, String reason) throws Exception {
        write("other.yaml", text);
        write("pod.yaml", POD.formatted("p"));

        Manifests manifests = read();

        assertThat(pods(manifests)).containsExactly("default/p");
        assertThat(manifests.skipped()).singleElement().satisfies(skipped -> {
            assertThat(skipped.place()).startsWith(folder.resolve("other.yaml").toString());
            assertThat(skipped.reason()).isEqualTo(reason);
            assertThat(skipped.isBroken()).isEqualTo(isBroken);
        });
    }

    @Test
    void read_ofNothingElse_isRefusedWithTheFirstReason() throws Exception {
        write("values.yaml", "replicas: 3");

        assertThatThrownBy(this::read)
                .isInstanceOf(ManifestException.class)
                .hasMessage(folder.resolve("values.yaml") + ":1:1: This is no Kubernetes manifest: it has no apiVersion"
                        + " and kind");
    }

    @Test
    void read_ofAFileThatIsNotText_goesOn() throws Exception {
        Files.write(folder.resolve("binary.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        write("pod.yaml", POD.formatted("p"));

        Manifests manifests = read();

        assertThat(pods(manifests)).containsExactly("default/p");
        assertThat(manifests.skipped())
                .singleElement()
                .hasToString(folder.resolve("binary.json") + ": skipped: The file is not UTF-8");
    }

    @Test
    void read_ofAKustomization_isWhatKubectlMakesOfIt() throws Exception {
        Path tools = tool(
                "kubectl",
                "[ \"$1\" = kustomize ] && printf '" + POD.formatted("rendered").replace("\n", "\\n") + "'");
        write("base/kustomization.yaml", "resources: [pod.yaml]\n");
        write("base/pod.yaml", POD.formatted("p"));
        write("overlay/kustomization.yaml", "namePrefix: x\nresources: [../base]\npatches: [{path: patch.yaml}]\n");
        write("overlay/patch.yaml", "- {op: remove, path: /spec}\n");

        Manifests manifests = read(tools);

        assertThat(pods(manifests)).containsExactly("default/rendered");
        assertThat(manifests.skipped()).isEmpty();
        assertThat(manifests.cluster().pods().get(0).metadata().position())
                .hasToString("kubectl kustomize " + folder.resolve("overlay") + ":1:1");
    }

    @Test
    void read_ofAKustomizationWithoutKubectl_saysHowToRenderIt() throws Exception {
        write("overlay/kustomization.yaml", "namePrefix: x\nresources: [pod.yaml]\n");
        write("overlay/pod.yaml", POD.formatted("p"));
        write("chart/Chart.yaml", "apiVersion: v2\nname: c\n");
        write("chart/templates/pod.yaml", "{{ if }}");
        write("pod.yaml", POD.formatted("p"));

        Manifests manifests = read();

        assertThat(pods(manifests)).containsExactly("default/p");
        assertThat(manifests.skipped())
                .extracting(Skipped::toString)
                .containsExactly(
                        folder.resolve("chart") + ": skipped: a Helm chart, and helm is not on the PATH. Where it is,"
                                + " run: helm template release " + folder.resolve("chart")
                                + ", and pipe its output to podid with - as the path",
                        folder.resolve("overlay") + ": skipped: a kustomization, and kubectl is not on the PATH. Where"
                                + " it is, run: kubectl kustomize " + folder.resolve("overlay")
                                + ", and pipe its output to podid with - as the path");
    }

    @Test
    void read_ofAKustomizationThatKubectlRefuses_saysWhatKubectlSays() throws Exception {
        Path tools = tool("kubectl", "echo 'error: no such file' >&2; exit 1");
        write("overlay/kustomization.yaml", "namePrefix: x\n");
        write("pod.yaml", POD.formatted("p"));

        assertThat(read(tools).skipped()).singleElement().satisfies(skipped -> {
            assertThat(skipped.isBroken()).isTrue();
            assertThat(skipped.reason()).endsWith("fails: error: no such file");
        });
    }

    @Test
    void readApart_ofSeveralKustomizations_isAClusterForEach() throws Exception {
        for (String overlay : List.of("a", "b")) {
            write(overlay + "/kustomization.yaml", "resources: [pod.yaml]\n");
            write(overlay + "/pod.yaml", POD.formatted(overlay));
        }
        write("component/kustomization.yaml", "kind: Component\npatches: [{path: patch.yaml}]\n");
        write("component/patch.yaml", POD.formatted("patch"));

        List<Manifests> apart = reader().readApart(List.of(folder.toString()), InputStream.nullInputStream());

        assertThat(apart)
                .extracting(SkippedInputTest::pods)
                .containsExactly(List.of("default/a"), List.of("default/b"));
        assertThat(apart.get(0).skipped()).isEmpty();
    }

    private Path tool(String name, String script) throws IOException {
        Path bin = Files.createTempDirectory(folder, ".git");
        Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin;
    }
}
