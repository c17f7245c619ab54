// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.manifest.YamlReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs every command and format over words that another program would obey, at every place of a manifest. Each word is
 * refused, or comes out as the word that it is.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "Its files cannot have such names")
class HostileNamesTest {

    private static final List<String> WORDS = List.of(
            "a\nb",
            "a\n##vso[task.setvariable variable=BASH_ENV]b",
            "a\n::error file=x::b",
            "a\n---\nkind: ClusterRoleBinding\nroleRef: {name: cluster-admin}\nb: c",
            "a\"b",
            "a'b",
            "a`touch PWN`b",
            "a$(touch PWN)b",
            "a;touch PWN;b",
            "a|touch PWN|b",
            "a%0Ab",
            "a\u001b[31mb",
            "a\u202eb\u2066c",
            "a](http://evil.example)<b>*b",
            "a".repeat(10_000));

    private static final List<String> COMMANDS = List.of(
            "check",
            "check --format=json",
            "check --format=sarif",
            "check --format=junit",
            "check --fix",
            "explain",
            "explain --json",
            "migrate -o OUT",
            "migrate -o OUT --identity-binding");

    /** Each a place for one word. */
    private static final List<String> PLACES = List.of(
            "FILE",
            "ACCOUNT",
            "NAMED-ACCOUNT",
            "NAMESPACE",
            "WORKLOAD",
            "IDENTITY",
            "LABEL",
            "ANNOTATION",
            "CLIENT-ID",
            "RESOURCE-ID");

    private static final Map<String, String> HARMLESS = Map.of(
            "ACCOUNT", "reader",
            "NAMED-ACCOUNT", "reader",
            "NAMESPACE", "shop",
            "WORKLOAD", "web",
            "IDENTITY", "id",
            "LABEL", "blobs",
            "ANNOTATION", "text",
            "CLIENT-ID", "11111111-1111-4111-8111-111111111111",
            "RESOURCE-ID",
                    "/subscriptions/0a1b2c3d-0000-4000-8000-000000000001/resourcegroups/shop/providers/"
                            + "Microsoft.ManagedIdentity/userAssignedIdentities/id");

    private static final String MANIFESTS = """
            {"apiVersion": "aadpodidentity.k8s.io/v1", "kind": "AzureIdentity",
             "metadata": {"name": "IDENTITY!", "namespace": "NAMESPACE!"},
             "spec": {"type": 0, "resourceID": "RESOURCE-ID!", "clientID": "CLIENT-ID!"}}
            ---
            {"apiVersion": "aadpodidentity.k8s.io/v1", "kind": "AzureIdentityBinding",
             "metadata": {"name": "binding", "namespace": "NAMESPACE!"},
             "spec": {"azureIdentity": "IDENTITY!", "selector": "LABEL!"}}
            ---
            {"apiVersion": "v1", "kind": "ServiceAccount",
             "metadata": {"name": "ACCOUNT!", "namespace": "NAMESPACE!", "annotations": {"note": "ANNOTATION!"}}}
            ---
            {"apiVersion": "apps/v1", "kind": "Deployment",
             "metadata": {"name": "WORKLOAD!", "namespace": "NAMESPACE!"},
             "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {
               "metadata": {"labels": {"app": "web", "aadpodidbinding": "LABEL!"}, "annotations": {"note": "ANNOTATION!"}},
               "spec": {"serviceAccountName": "NAMED-ACCOUNT!", "containers": [{"name": "web", "image": "shop/web:1"}]}}}}
            """;

    @TempDir
    private Path folder;

    private int refused;
    private int escaped;

    /** What a run printed and wrote. */
    private record Run(int exitCode, String out, String err, Map<String, String> files) {}

    @Test
    void words_thatOthersWouldObey_areRefusedOrShownAsTheyAre() throws Exception {
        int tried = 0;
        int turn = 0;
        for (String place : PLACES) {
            for (String word : WORDS) {
                for (String command : commandsInTurn(turn)) {
                    judge(command + " with " + place + " " + Json.write(word), command, run(command, place, word));
                    tried++;
                }
                turn++;
            }
        }
        System.out.println(tried + " tried, " + refused + " refused, " + escaped + " shown as they are");
        assertThat(refused).isGreaterThan(tried / 4);
        assertThat(escaped).isGreaterThan(tried / 4);
        assertThat(refused + escaped).isEqualTo(tried);
    }

    /**
     * The commands that a word at a place meets. In CI each combination meets one, and otherwise each third combination
     * does; each command has its turn. {@code make attacks} takes all of them, which needs four minutes.
     */
    private static List<String> commandsInTurn(int turn) {
        if (Boolean.getBoolean("podidentity.attacks")) {
            return COMMANDS;
        }
        if (Boolean.getBoolean("podidentity.long")) {
            return List.of(COMMANDS.get(turn % COMMANDS.size()));
        }
        if (turn % 3 > 0) {
            return List.of();
        }
        return List.of(COMMANDS.get(turn / 3 % COMMANDS.size()));
    }

    /** The same manifests with harmless words are moved, so that what is judged above is not nothing. */
    @Test
    void words_thatAreHarmless_areMoved() throws Exception {
        Run run = run("migrate -o OUT --identity-binding", "ANNOTATION", "text");

        assertThat(run.exitCode()).isZero();
        assertThat(run.files()).containsKeys("azure.sh", "REPORT.md", "workload-identity-roles.yaml");
    }

    private Run run(String command, String place, String word) throws IOException {
        delete(folder);
        Path in = Files.createDirectories(folder.resolve("in"));
        String text = MANIFESTS;
        for (Map.Entry<String, String> one : HARMLESS.entrySet()) {
            String value = one.getKey().equals(place)
                            || (place.equals("ACCOUNT") && one.getKey().equals("NAMED-ACCOUNT"))
                    ? word
                    : one.getValue();
            text = text.replace("\"" + one.getKey() + "!\"", Json.write(value));
        }
        boolean fits = word.length() < 200 && !word.contains("/");
        String name = place.equals("FILE") && fits ? word + ".yaml" : "a.yaml";
        Files.writeString(in.resolve(name), text);
        var out = new StringWriter();
        var err = new StringWriter();
        List<String> words = new ArrayList<>(List.of(command.split(" ", -1)));
        words.replaceAll(one -> one.replace("OUT", folder.resolve("out").toString()));
        words.add(in.toString());
        int exitCode = Podid.writingTo(
                        new PrintWriter(out, true), new PrintWriter(err, true), Podid.commandLine(words.get(0)))
                .execute(words.toArray(String[]::new));
        return new Run(exitCode, out.toString(), err.toString(), written());
    }

    private Map<String, String> written() throws IOException {
        var files = new TreeMap<String, String>();
        Path out = folder.resolve("out");
        if (Files.isDirectory(out)) {
            try (Stream<Path> all = Files.list(out)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    files.put(file.getFileName().toString(), Files.readString(file));
                }
            }
        }
        return files;
    }

    private void judge(String what, String command, Run run) throws Exception {
        assertThat((run.out() + run.err()).chars())
                .as(what)
                .noneMatch(c -> (Character.isISOControl(c) && c != '\n' && c != '\t') || (c >= 0x202a && c <= 0x202e));
        boolean hasFormat = command.contains("--format") || command.contains("--json");
        if (!hasFormat) {
            assertThat((run.out() + run.err()).lines()).as(what).noneMatch(HostileNamesTest::isObeyed);
        }
        if (run.exitCode() == 2) {
            assertThat(run.files()).as(what).isEmpty();
            refused++;
            return;
        }
        if (command.endsWith("junit")) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(run.out().getBytes(StandardCharsets.UTF_8)));
        } else if (hasFormat) {
            assertThat(YamlReader.read("out.json", run.out())).as(what).hasSize(1);
        }
        judgeFiles(what, run.files());
        escaped++;
    }

    private static boolean isObeyed(String line) {
        return line.startsWith("##vso[")
                || line.startsWith("::")
                || line.equals("b")
                || line.startsWith("kind: Cluster");
    }

    private void judgeFiles(String what, Map<String, String> files) throws Exception {
        for (Map.Entry<String, String> file : files.entrySet()) {
            if (file.getKey().startsWith("workload-identity-roles")) {
                assertThat(YamlReader.read(file.getKey(), file.getValue()))
                        .as(what)
                        .hasSize(2);
                assertThat(file.getValue()).as(what).doesNotContain("cluster-admin\n", "name: cluster-admin");
            } else if (file.getKey().equals("REPORT.md")) {
                String words = file.getValue().replaceAll("(`+) ?.*?[^`] ?\\1(?!`)", "");
                assertThat(words.lines()).as(what).noneMatch(HostileNamesTest::isObeyed);
                assertThat(words).as(what).doesNotContain("<b>", "a](http");
            } else if (file.getKey().equals("azure.sh")) {
                judgeScript(what);
            }
        }
    }

    /** Runs it, with an az that says nothing. */
    private void judgeScript(String what) throws Exception {
        Path az = Files.writeString(folder.resolve("az"), "#!/bin/sh\necho https://issuer.example\n");
        Files.setPosixFilePermissions(az, PosixFilePermissions.fromString("rwx------"));
        var builder = new ProcessBuilder("sh", "out/azure.sh").directory(folder.toFile());
        builder.environment().put("PATH", folder + ":" + System.getenv("PATH"));
        builder.environment().putAll(Map.of("CLUSTER", "c", "CLUSTER_GROUP", "g"));
        Process script = builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("script.txt").toFile())
                .start();
        assertThat(script.waitFor(30, TimeUnit.SECONDS)).as(what).isTrue();
        assertThat(script.exitValue())
                .as(what + Files.readString(folder.resolve("script.txt")))
                .isZero();
        assertThat(folder.resolve("PWN")).as(what).doesNotExist();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            for (Path one : all.toList()) {
                if (Files.isDirectory(one)) {
                    delete(one);
                }
                Files.delete(one);
            }
        }
    }
}
