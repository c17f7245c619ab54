// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrateCommandTest {

    private static final Path SINGLE = Path.of("src", "test", "resources", "migrate", "single");
    private static final String RESOURCE = "/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourcegroups/shop"
            + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/";

    @TempDir
    Path temporary;

    private String output() {
        return temporary.resolve("out").toString();
    }

    @Test
    void migrate_ofStandardInput_writesOneFile() throws IOException {
        String manifests = Files.readString(SINGLE.resolve("in/shop.yaml"));

        MigrateRun run = MigrateRun.runWith(manifests, "-", "-o", output());

        assertThat(run.exitCode()).isZero();
        assertThat(MigrateRun.files(temporary.resolve("out")))
                .containsOnlyKeys("stdin.yaml", "azure.sh", "REPORT.md")
                .containsEntry("stdin.yaml", Files.readString(SINGLE.resolve("out/shop.yaml")));
    }

    @Test
    void migrate_ofFilesThatHoldOnlyWhatControllersMake_writesNoneOfThem() throws IOException {
        Path folder = Files.createDirectory(temporary.resolve("in"));
        Files.copy(SINGLE.resolve("in/shop.yaml"), folder.resolve("shop.yaml"));
        Files.writeString(folder.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: web-5d9c7b-x2x4x
                  namespace: shop
                  labels: {aadpodidbinding: read-blobs}
                  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d9c7b}]
                spec:
                  containers: [{name: web, image: "shop/web:1"}]
                """);

        MigrateRun run = MigrateRun.run(folder.toString(), "-o", output());

        assertThat(run.exitCode()).isZero();
        assertThat(MigrateRun.files(temporary.resolve("out"))).containsOnlyKeys("shop.yaml", "azure.sh", "REPORT.md");
        assertThat(MigrateRun.run(folder.toString(), "-o", output() + "2", "--in-place")
                        .err())
                .contains("The files contain what controllers make");
    }

    @Test
    void migrate_inPlace_changesTheFilesThemselves() throws IOException {
        Path file = Files.copy(SINGLE.resolve("in/shop.yaml"), temporary.resolve("shop.yaml"));

        MigrateRun run = MigrateRun.run(file.toString(), "-o", output(), "--in-place");

        assertThat(run.exitCode()).isZero();
        assertThat(Files.readString(file)).isEqualTo(Files.readString(SINGLE.resolve("out/shop.yaml")));
        assertThat(MigrateRun.files(temporary.resolve("out"))).containsOnlyKeys("azure.sh", "REPORT.md");
        assertThat(MigrateRun.run(file.toString(), "-o", output() + "2").err()).contains("Nothing to migrate");
    }

    /** A base and two overlays, of which one is named: the other one's value stays the other one's. */
    @Test
    void migrate_inPlaceOfOneOverlay_leavesTheOtherItsOwnIdentity() throws Exception {
        Path repository = copy("overlays-json");
        Files.createDirectory(repository.resolve(".git"));

        MigrateRun run = MigrateRun.run(repository.resolve("overlays/prod").toString(), "-o", output(), "--in-place");

        assertThat(run.exitCode()).isZero();
        assertThat(rendered(repository.resolve("overlays/prod")))
                .contains("client-id: bbbbbbbb-0000-4000-8000-000000000002");
        assertThat(rendered(repository.resolve("overlays/test")))
                .contains("client-id: cccccccc-0000-4000-8000-000000000003");
        assertThat(repository.resolve("overlays/prod/client-id.yaml")).doesNotExist();
    }

    @Test
    void migrate_whereAnotherOverlayDoesNotRender_writesNothing() throws Exception {
        Path repository = copy("overlays-json");
        Path broken = repository.resolve("overlays/test/kustomization.yaml");
        Files.writeString(broken, Files.readString(broken).replace("op: replace", "op: nonsense"));
        var before = MigrateRun.files(repository);

        MigrateRun run = MigrateRun.run(repository.resolve("overlays/prod").toString(), "-o", output(), "--in-place");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("overlays/test", "Nothing is changed");
        assertThat(MigrateRun.files(repository)).isEqualTo(before);
        assertThat(temporary.resolve("out")).doesNotExist();
    }

    /** The test environment has no identity of its own, and so must not get that of the other one. */
    @Test
    void migrate_whereAnotherOverlayHasNoIdentity_givesItNone() throws Exception {
        Path repository = copy("overlays-json");
        Path other = repository.resolve("overlays/test/kustomization.yaml");
        String delete = "      $patch: delete\n      apiVersion: aadpodidentity.k8s.io/v1\n      kind: ";
        Files.writeString(
                other,
                """
            resources: [../../base]
            patches:
              - patch: |-
            """ + delete + "AzureIdentity\n      metadata: {name: reader, namespace: shop}\n  - patch: |-\n"
                        + delete
                        + "AzureIdentityBinding\n      metadata: {name: reader-binding, namespace: shop}\n");

        MigrateRun run = MigrateRun.run(repository.resolve("overlays/prod").toString(), "-o", output(), "--in-place");

        assertThat(run.out()).contains("same   Deployment shop/web (", "left   shop/web");
        assertThat(rendered(other.getParent())).doesNotContain("client-id", "serviceAccountName");
    }

    /** Each change is where the object is written, and the base, which other overlays share, is as it was. */
    @Test
    void migrate_ofThisProjectsOverlay_changesItsOwnFilesAlone() throws Exception {
        MigrateRun run = MigrateRun.run("../../k8s/overlays/pod-identity", "-o", output());

        assertThat(run.out()).contains("same   Pod default/podidentitydemo", "as service account azureaccess");
        Path migrated = temporary.resolve("out");
        assertThat(rendered(migrated.resolve("overlays/pod-identity")))
                .contains(
                        "azure.workload.identity/use: \"true\"",
                        "serviceAccountName: azureaccess",
                        "kind: ServiceAccount")
                .doesNotContain("aadpod");
        assertThat(MigrateRun.files(migrated.resolve("base"))).isEqualTo(MigrateRun.files(Path.of("../../k8s/base")));
    }

    private Path copy(String fixture) throws IOException {
        Path to = temporary.resolve("repository");
        for (Map.Entry<String, String> file :
                MigrateRun.files(SINGLE.resolveSibling(fixture).resolve("in")).entrySet()) {
            Path copy = to.resolve(file.getKey());
            Files.createDirectories(copy.getParent());
            Files.writeString(copy, file.getValue());
        }
        return to;
    }

    private static String rendered(Path folder) throws Exception {
        Process kubectl = new ProcessBuilder("kubectl", "kustomize", folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(kubectl.waitFor()).isZero();
        return text;
    }

    @Test
    void migrate_withoutInPlace_leavesTheFilesAsTheyAre() throws IOException {
        Path file = Files.copy(SINGLE.resolve("in/shop.yaml"), temporary.resolve("shop.yaml"));

        MigrateRun.run(file.toString(), "-o", output());

        assertThat(Files.readString(file)).isEqualTo(Files.readString(SINGLE.resolve("in/shop.yaml")));
    }

    @Test
    void migrate_intoAFolderWithFiles_needsForce() throws IOException {
        Path there = Files.createDirectories(temporary.resolve("out")).resolve("mine.txt");
        Files.writeString(there, "mine");

        MigrateRun refused = MigrateRun.run(SINGLE.resolve("in").toString(), "-o", output());
        MigrateRun forced = MigrateRun.run(SINGLE.resolve("in").toString(), "-o", output(), "--force");

        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err()).contains("has files; name another one, or add --force");
        assertThat(forced.exitCode()).isZero();
        assertThat(MigrateRun.files(temporary.resolve("out")))
                .containsEntry("mine.txt", "mine")
                .containsKeys("shop.yaml", "azure.sh");
    }

    /** The second one ends the parser by an exception of the JDK. */
    @ParameterizedTest
    @ValueSource(strings = {"metadata: [\n", "metadata: {name: \"\\x"})
    void migrate_ofWhatCannotBeUsed_leavesNothing(String end) throws IOException {
        Path broken = Files.writeString(temporary.resolve("broken.yaml"), "apiVersion: v1\nkind: Pod\n" + end);

        MigrateRun run = MigrateRun.run(broken.toString(), SINGLE.resolve("in").toString(), "-o", output());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("broken.yaml:", "This is not YAML");
        assertThat(MigrateRun.files(temporary)).containsOnlyKeys("broken.yaml");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Its files have no POSIX permissions")
    void migrate_ofAFileThatOthersMayNotRead_keepsItFromThem() throws IOException {
        Path file = Files.copy(SINGLE.resolve("in/shop.yaml"), temporary.resolve("shop.yaml"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        MigrateRun.run(file.toString(), "-o", output());

        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(temporary.resolve("out").resolve("shop.yaml"))))
                .isEqualTo("rw-------");
    }

    /** Each value is one word for the shell, whatever is in it. */
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "The script is one for a POSIX shell")
    void migrate_ofHostileNames_neverRunsThem() throws Exception {
        String evil = "x';>PWNED;'`>PWNED`\";>PWNED";
        String yaml = pod("web", "shop", "a")
                + identity("reader", "shop", "aaaaaaaa-0000-4000-8000-000000000001", "a")
                        .replace("userAssignedIdentities/reader", "userAssignedIdentities/" + evil);
        Path file =
                Files.writeString(temporary.resolve("evil.yaml"), yaml.replace("resourceID: ", "resourceID: >-\n    "));
        Path bin = Files.createDirectory(temporary.resolve("bin"));
        Path az = Files.writeString(bin.resolve("az"), """
            #!/bin/sh
            for word in "$@"; do printf '<%s>' "$word"; done >> "$AZ_LOG"
            echo >> "$AZ_LOG"
            case "$*" in *issuerUrl*) echo https://issuer.example/ ;; esac
            """);
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));

        MigrateRun run = MigrateRun.run(file.toString(), "-o", output());
        var script = new ProcessBuilder("sh", output() + "/azure.sh").directory(temporary.toFile());
        script.environment().put("PATH", bin + ":" + System.getenv("PATH"));
        script.environment()
                .putAll(Map.of(
                        "AZ_LOG",
                        temporary.resolve("log").toString(),
                        "CLUSTER",
                        "$(touch PWNED)",
                        "CLUSTER_GROUP",
                        "g"));
        int exit = script.redirectErrorStream(true)
                .redirectOutput(temporary.resolve("printed").toFile())
                .start()
                .waitFor();

        assertThat(run.exitCode()).isZero();
        assertThat(exit).isZero();
        assertThat(Files.readString(temporary.resolve("log")))
                .contains("<" + evil + ">")
                .contains("<--subject><system:serviceaccount:shop:reader>");
        try (Stream<Path> all = Files.walk(temporary)) {
            assertThat(all.map(path -> path.getFileName().toString())).doesNotContain("PWNED");
        }
    }

    @Test
    void migrate_ofMoreAccountsThanAnIdentityCanTrust_namesTheIdentity() throws IOException {
        String yaml = IntStream.rangeClosed(1, 21)
                        .mapToObj(i -> pod("web", "shop-" + i, "a"))
                        .collect(Collectors.joining())
                + identity("reader", "shop-1", "aaaaaaaa-0000-4000-8000-000000000001", "a");
        Path file = Files.writeString(temporary.resolve("many.yaml"), yaml);

        MigrateRun run = MigrateRun.run(file.toString(), "-o", output());

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out().lines().filter(line -> line.startsWith("same"))).hasSize(20);
        assertThat(run.out().lines().filter(line -> line.startsWith("LOST")).toList())
                .singleElement()
                .asString()
                .contains("AADSTS");
        assertThat(run.out()).contains("needs 21 federated credentials, and Azure allows 20", "Nothing is written");
        assertThat(temporary.resolve("out")).doesNotExist();
    }

    @EnabledIfSystemProperty(named = "podidentity.long", matches = "true")
    @Test
    void migrate_ofHundredsOfWorkloads_takesSeconds() throws IOException {
        String yaml = IntStream.range(0, 400)
                .mapToObj(i -> pod("web-" + i, "shop-" + i, "s" + i)
                        + identity("id" + i, "shop-" + i, String.format("aaaaaaaa-0000-4000-8000-%012d", i), "s" + i))
                .collect(Collectors.joining());
        Path file = Files.writeString(temporary.resolve("many.yaml"), yaml);

        MigrateRun run = assertTimeout(Duration.ofSeconds(40), () -> MigrateRun.run(file.toString(), "-o", output()));

        assertThat(run.out().lines().filter(line -> line.startsWith("same"))).hasSize(400);
    }

    @Test
    void migrate_ofSecrets_showsNone() throws IOException {
        Path fixture = Path.of("src", "test", "resources", "migrate", "service-principal", "in");

        MigrateRun run = MigrateRun.run(fixture.toString(), "-o", output());

        Map<String, String> files = MigrateRun.files(temporary.resolve("out"));
        assertThat(List.of(run.out(), run.err(), files.get("REPORT.md"), files.get("azure.sh")))
                .noneMatch(text -> text.contains("not-a-real-one"));
        assertThat(files.get("azure.sh"))
                .contains("trust_application cccccccc-0000-4000-8000-000000000003 7e7e7e7e-0000-4000-8000-000000000007"
                        + " shop_importer system:serviceaccount:shop:importer");
    }

    private static String pod(String name, String namespace, String label) {
        return """
            apiVersion: v1
            kind: Pod
            metadata:
              name: %s
              namespace: %s
              labels:
                aadpodidbinding: %s
            spec:
              containers:
                - name: main
                  image: shop/main:1
            ---
            """.formatted(name, namespace, label);
    }

    private static String identity(String name, String namespace, String clientId, String selector) {
        return """
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata:
              name: %1$s
              namespace: %2$s
            spec:
              type: 0
              resourceID: %5$s%1$s
              clientID: %3$s
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata:
              name: %1$s
              namespace: %2$s
            spec:
              azureIdentity: %1$s
              selector: %4$s
            ---
            """.formatted(name, namespace, clientId, selector, RESOURCE);
    }
}
