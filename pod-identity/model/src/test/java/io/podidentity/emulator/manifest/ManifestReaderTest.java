// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestReaderTest {

    private static final String POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s, labels: {%s}}\n";

    @Test
    void read_fromFolderAndStandardInput_takesAllDocumentsAndLists(@TempDir Path folder) throws Exception {
        Files.createDirectories(folder.resolve("below"));
        Files.writeString(folder.resolve("two.yaml"), POD.formatted("a", "") + "---\n" + POD.formatted("b", ""));
        Files.writeString(folder.resolve("below/list.json"), """
                {"apiVersion":"v1","kind":"List","items":[
                  {"apiVersion":"v1","kind":"Pod","metadata":{"name":"c","namespace":"team"}}]}
                """);
        Files.writeString(folder.resolve("kustomization.yaml"), "resources: [two.yaml]\n");
        Files.writeString(folder.resolve("notes.txt"), "not: {a manifest\n");
        InputStream in = new ByteArrayInputStream(POD.formatted("d", "").getBytes(StandardCharsets.UTF_8));

        Manifests manifests = new ManifestReader(Profile.V1_5_4).read(List.of(folder.toString(), "-"), in);

        assertThat(manifests.cluster().pods())
                .extracting(pod -> pod.name().toString())
                .containsExactly("default/a", "default/b", "default/d", "team/c");
        assertThat(manifests
                        .cluster()
                        .pod(new ObjectName("default", "b"))
                        .orElseThrow()
                        .metadata()
                        .position())
                .isEqualTo(new Position(folder.resolve("two.yaml").toString(), 5, 1));
    }

    @ParameterizedTest
    @CsvSource({"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "ReplicationController"})
    void read_ofAWorkload_makesOnePodOfItsTemplate(String kind) {
        Manifests manifests = read(Profile.V1_5_4, """
                apiVersion: apps/v1
                kind: %s
                metadata: {name: web, labels: {aadpodidbinding: lost}}
                spec:
                  template:
                    metadata: {labels: {aadpodidbinding: demo}}
                    spec: {hostNetwork: true, serviceAccountName: sa, containers: [{name: c, image: i}]}
                """.formatted(kind));

        Pod pod = manifests.cluster().pods().get(0);
        assertThat(pod.name()).hasToString("default/web");
        assertThat(pod.bindingLabel()).contains("demo");
        assertThat(pod.spec().hostNetwork()).isTrue();
        assertThat(pod.spec().serviceAccountName()).isEqualTo("sa");
        assertThat(pod.owners()).endsWith(new Owner(kind, "web"));
    }

    @Test
    void read_ofACronJob_looksDeeper() {
        Manifests manifests = read(Profile.V1_5_4, """
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: nightly}
                spec: {jobTemplate: {spec: {template: {metadata: {labels: {aadpodidbinding: demo}}, spec: {containers: []}}}}}
                """);

        assertThat(manifests.cluster().pods().get(0).bindingLabel()).contains("demo");
    }

    @Test
    void read_ofAPatch_saysThatItIsOne() {
        Manifests manifests = read(Profile.V1_5_4, """
                {apiVersion: v1, kind: ServiceAccount, metadata: {name: web}}
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web}
                spec: {template: {metadata: {labels: {aadpodidbinding: demo}}}}
                """);

        assertThat(manifests.cluster().pods()).isEmpty();
        assertThat(manifests.skipped()).singleElement().satisfies(one -> {
            assertThat(one.isMissed()).isTrue();
            assertThat(one)
                    .hasToString(
                            "m.yaml:3:1: not looked at: Deployment default/web has no containers, so it is a patch of"
                                    + " another file's");
        });
    }

    @Test
    void read_ofWhatKubectlGetsOfAWorkload_countsThePodsAlone() {
        Manifests manifests = read(Profile.V1_5_4, """
                apiVersion: v1
                kind: List
                items:
                - {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: []}}}}
                - apiVersion: apps/v1
                  kind: ReplicaSet
                  metadata: {name: web-5d8f7c9d6b, ownerReferences: [{kind: Deployment, name: web}]}
                  spec: {template: {spec: {containers: []}}}
                - apiVersion: v1
                  kind: Pod
                  metadata: {name: web-5d8f7c9d6b-x7k2p, ownerReferences: [{kind: ReplicaSet, name: web-5d8f7c9d6b}]}
                """);

        assertThat(manifests.cluster().pods())
                .extracting(pod -> pod.name().name())
                .containsExactly("web-5d8f7c9d6b-x7k2p");
    }

    @Test
    void read_ofFieldsInOldCase_isWhatTheVersionMakesOfThem() {
        String identity = """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: a}
                spec:
                  type: 0
                  ResourceID: R
                """;

        assertThat(identity(read(Profile.V1_5_4, identity)).resourceId()).isEqualTo("R");
        assertThat(read(Profile.V1_5_4, identity).problems()).isEmpty();
        Manifests later = read(Profile.V1_8_17, identity);
        assertThat(identity(later).resourceId()).isEmpty();
        assertThat(later.problems())
                .singleElement()
                .hasToString("m.yaml:6:3: AzureIdentity default/a: unknown field spec.ResourceID: the API server drops"
                        + " it, and kubectl refuses it; write spec.resourceID");
    }

    @Test
    void read_ofAQuotedType_leavesTheObjectOutAndSaysWhy() {
        Manifests manifests = read(Profile.V1_8_17, """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: a}
                spec: {type: "0"}
                """);

        assertThat(manifests.cluster().identities()).isEmpty();
        assertThat(manifests.problems())
                .singleElement()
                .hasToString("m.yaml:4:14: AzureIdentity default/a: spec.type must be of type integer, not string: the"
                        + " object is ignored");
    }

    @Test
    void read_ofAnUnquotedBooleanLabel_isAWrongType() {
        Manifests manifests = read(Profile.V1_5_4, POD.formatted("p", "azure.workload.identity/use: yes"));

        assertThat(manifests.cluster().pods()).isEmpty();
        assertThat(manifests.problems())
                .singleElement()
                .extracting(Problem::path)
                .isEqualTo("metadata.labels.azure.workload.identity/use");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'{kind: Pod, apiVersion: v1}' | m.yaml:1:1: This manifest has no metadata",
                "'kind: Pod\nkind: Pod' | 'm.yaml:2:1: The key \"kind\" was already given on line 1'",
                "'- a' | 'm.yaml:1:1: A manifest is an object with apiVersion and kind, but this is of type array'",
                "'a: &a [*a]' | 'm.yaml:1:8: The alias *a stands for nothing before it'"
            })
    void read_ofWhatIsNoManifest_saysWhereAndWhy(String text, String message) {
        assertThatThrownBy(() -> read(Profile.V1_5_4, text))
                .isInstanceOf(ManifestException.class)
                .hasMessage(message);
    }

    @Test
    void read_ofASecret_decodesItAndShowsNoValue() {
        Manifests manifests = read(Profile.V1_5_4, """
                apiVersion: v1
                kind: Secret
                metadata: {name: s}
                data: {password: czNjcmV0}
                stringData: {other: plain}
                """);

        var secret = manifests.cluster().secret(new ObjectName("default", "s")).orElseThrow();
        assertThat(secret.value("password")).contains("s3cret".getBytes(StandardCharsets.UTF_8));
        assertThat(secret.keys()).containsExactly("password", "other");
        assertThat(secret).hasToString("Secret[default/s, keys=[password, other]]");
        assertThat(manifests.toString()).doesNotContain("czNjcmV0", "s3cret", "plain");
    }

    /** As long as a big cluster's objects, and with lines as long as a certificate or a dashboard makes them. */
    @Test
    void read_ofMoreThan16MiB_takesAll() {
        String document = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %d}\ndata: {a: \"" + "x".repeat(1 << 20)
                + "\"}\n---\n";
        var text = new StringBuilder();
        for (int i = 0; i < 17; i++) {
            text.append(document.formatted(i));
        }

        assertThat(read(Profile.V1_5_4, text.toString()).objects()).hasSize(17);
    }

    @Test
    void read_ofAliases_sharesThemUpToALimit() {
        assertThat(read(Profile.V1_5_4, """
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: p, labels: &l {aadpodidbinding: demo}, annotations: *l}
                        """).cluster().pods().get(0).metadata().annotations())
                .containsEntry("aadpodidbinding", "demo");
        String laughs = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
        for (char name = 'b'; name < 'i'; name++) {
            char before = (char) (name - 1);
            laughs += name + ": &" + name + " [" + ("*" + before + ", ").repeat(10) + "x]\n";
        }
        String text = laughs;
        assertThatThrownBy(() -> read(Profile.V1_5_4, text))
                .hasMessageEndingWith("Aliases make this document too large");
    }

    private static AzureIdentity identity(Manifests manifests) {
        return manifests.cluster().identities().get(0);
    }

    private static Manifests read(Profile profile, String text) {
        return new ManifestReader(profile).readText("m.yaml", text);
    }
}
