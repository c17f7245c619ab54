// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.testsupport.Mutations;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests of chance: each is read, or is refused; for {@code -Dpodidentity.fuzz.seconds=N} seconds, or a moment. */
class ManifestFuzzTest {

    private static final Duration LONG = Duration.ofSeconds(5);
    private static final List<String> GOOD = List.of(
            """
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata: {name: demo, annotations: {"aadpodidentity.k8s.io/Behavior": namespaced}}
            spec: &spec
              type: 0
              resourceID: /subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/demo
              clientID: 11111111-1111-1111-1111-111111111111
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata:
              name: demo
            spec:
              azureIdentity: demo
              selector: 'demo'
            """,
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: demo
              labels: {app: demo}
            spec:
              replicas: 2
              selector: {matchLabels: {app: demo}}
              template:
                metadata:
                  labels: {app: demo, aadpodidbinding: demo}
                spec:
                  serviceAccountName: demo
                  containers:
                  - name: demo
                    image: demo:1
                    env: [{name: A, value: "1"}]
            """,
            "{\"apiVersion\": \"v1\", \"kind\": \"List\", \"items\": [{\"apiVersion\": \"v1\", \"kind\": \"Pod\","
                    + " \"metadata\": {\"name\": \"p\"}, \"spec\": {\"containers\": []}}]}");

    @Test
    void readText_ofWhateverText_isManifestsOrARefusal() {
        int seconds = Integer.getInteger("podidentity.fuzz.seconds", 0);
        long seed = Long.getLong("podidentity.fuzz.seed", seconds == 0 ? 1 : new Random().nextLong());
        var mutations = new Mutations(seed, GOOD);
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        int read = 0;
        int refused = 0;
        while (seconds > 0 ? System.nanoTime() - end < 0 : read + refused < 2_000) {
            String text = mutations.next();
            if (isRead(text, "seed " + seed)) {
                read++;
            } else {
                refused++;
            }
        }
        System.out.printf("manifests: %,d read, %,d refused of seed %d%n", read, refused, seed);
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    /** Texts of some kB that a reader could take for gigabytes. */
    @ParameterizedTest
    @ValueSource(strings = {"aliases", "merges", "depth", "flow depth", "keys", "anchors"})
    void readText_ofATextThatExplodes_endsSoon(String bomb) {
        isRead(bomb(bomb), bomb);
    }

    private static String bomb(String kind) {
        return switch (kind) {
            case "aliases" ->
                "a0: &a0 [x, x]\n" + lines(1, 30, i -> "a" + i + ": &a" + i + " [*a" + (i - 1) + ", *a" + (i - 1) + "]")
                        + "\nkind: Pod\napiVersion: v1\nmetadata: {name: *a30}\nspec: *a30\n";
            case "merges" ->
                "a0: &a0 {x: y}\n"
                        + lines(1, 30, i -> "a" + i + ": &a" + i + " {<<: [*a" + (i - 1) + ", *a" + (i - 1) + "]}")
                        + "\nkind: Pod\napiVersion: v1\nspec: *a30\n";
            case "depth" -> lines(0, 3_000, i -> " ".repeat(i) + "a:");
            case "flow depth" -> "kind: " + "[".repeat(20_000);
            case "keys" -> lines(0, 20_000, i -> "k" + i + ": {}");
            default -> lines(0, 20_000, i -> "k" + i + ": &k" + i + " v");
        };
    }

    private static String lines(int from, int to, IntFunction<String> line) {
        return IntStream.rangeClosed(from, to).mapToObj(line).collect(Collectors.joining("\n"));
    }

    private static boolean isRead(String text, String what) {
        long start = System.nanoTime();
        boolean read = true;
        try {
            new ManifestReader(Profile.V1_5_4).readText("fuzz.yaml", text);
        } catch (ManifestException e) {
            read = false;
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what + ", text " + text.substring(0, Math.min(2_000, text.length())), e);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .as("%s, text %.300s", what, text)
                .isLessThan(LONG);
        return read;
    }
}
