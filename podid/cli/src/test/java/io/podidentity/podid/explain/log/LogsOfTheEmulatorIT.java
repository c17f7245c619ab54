// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.history.LogLine;
import io.podidentity.emulator.manifest.ManifestReader;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.replay.Replay;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What MIC and NMI log of all that goes wrong is known; the emulator writes their lines as each version does. */
class LogsOfTheEmulatorIT {

    private static final Path FIXTURES = Path.of("src/test/resources/check");
    private static final String ID =
            "/subscriptions/s/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/";

    @TempDir
    private Path folder;

    private static List<String> unknown(List<String> lines) {
        return lines.stream()
                .filter(line -> LogReading.of(Stream.of(line)).known() == 0)
                .distinct()
                .toList();
    }

    /** Each mistake of the checks' fixtures, in the cluster that it is about. */
    @ParameterizedTest
    @EnumSource
    void lines_ofEachMistake_areKnown(Profile profile) throws IOException {
        var lines = new ArrayList<String>();
        try (Stream<Path> files = Files.walk(FIXTURES)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".yaml"))
                    .sorted()
                    .toList()) {
                Manifests manifests = new ManifestReader(profile).readText("m.yaml", Files.readString(file));
                var stage = new Replay.Stage(manifests.cluster(), MatchRules.of(profile));
                for (Pod pod : manifests.cluster().pods()) {
                    Replay replay = stage.play(pod, Instant.EPOCH, "resource=https%3A%2F%2Fstorage.azure.com%2F");
                    if (replay.mic() != null) {
                        lines.addAll(replay.mic().log());
                    }
                    if (replay.nmi() != null) {
                        lines.addAll(replay.nmi().log());
                        lines.add(replay.nmi().text());
                    }
                }
            }
        }

        assertThat(unknown(lines.stream().filter(line -> !isOfPodid(line)).toList()))
                .filteredOn(line -> !line.isBlank())
                .isEmpty();
        assertThat(lines.size()).isGreaterThan(profile.hasNmi() ? 200 : -1);
    }

    /** What the emulator says of itself is no line of a cluster. */
    private static boolean isOfPodid(String line) {
        return line.contains("podid: ");
    }

    @Test
    void lines_ofRunningServers_areKnown() throws Exception {
        var lines = new ArrayList<String>();
        for (Profile profile : List.of(Profile.V1_5_4, Profile.V1_8_17)) {
            lines.addAll(serve(profile));
        }

        assertThat(unknown(lines)).isEmpty();
        assertThat(lines).hasSizeGreaterThan(40);
    }

    private List<String> serve(Profile profile) throws Exception {
        String text = pod("good", "good") + pod("none", "missing") + pod("dangling", "dangling") + pod("shut", "shut")
                + binding("good") + binding("dangling") + identity("good", ID + "good")
                + "apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentity\nmetadata: {name: shut}\n"
                + "spec: {type: 1, clientID: 31111111-1111-4111-8111-111111111111, tenantID: other,"
                + " clientPassword: {name: nowhere, namespace: default}}\n---\n" + binding("shut");
        Path file = Files.writeString(folder.resolve(profile.id() + ".yaml"), text);
        try (var azure = PodIdentityEmulator.builder()
                .manifests(file)
                .profile(profile)
                .timeScale(2000)
                .start()) {
            for (String name : List.of("good", "none", "dangling", "shut")) {
                URI imds = azure.pod("default/" + name).imds();
                ask(imds + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fr.example");
                ask(imds + "/metadata/identity/oauth2/token?api-version=2018-02-01&resource=");
                ask(imds + "/metadata/identity/oauth2/token?resource=https%3A%2F%2Fr.example&client_id=x");
            }
            return azure.log().stream()
                    .filter(line -> line.source().equals("mic") || line.source().equals("nmi"))
                    .map(LogLine::text)
                    .toList();
        }
    }

    private static String pod(String name, String label) {
        return "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", labels: {aadpodidbinding: " + label
                + "}}\n---\n";
    }

    private static String binding(String name) {
        return "apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentityBinding\nmetadata: {name: " + name
                + "}\nspec: {azureIdentity: " + name + ", selector: " + name + "}\n---\n";
    }

    private static String identity(String name, String id) {
        return "apiVersion: aadpodidentity.k8s.io/v1\nkind: AzureIdentity\nmetadata: {name: " + name
                + "}\nspec: {resourceID: " + id + ", clientID: 21111111-1111-4111-8111-111111111111}\n---\n";
    }

    private static void ask(String url) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestProperty("Metadata", "true");
        connection.setReadTimeout(2_000);
        try {
            connection.getResponseCode();
        } catch (SocketTimeoutException dropped) {
            // A policy would drop it; there is none here.
        }
    }
}
