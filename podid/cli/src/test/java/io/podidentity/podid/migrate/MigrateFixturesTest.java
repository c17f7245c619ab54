// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is written for each folder of {@code migrate}, whole: {@code in} is the user's, {@code out} what is expected,
 * {@code paths} which of it is named, if that is not all, and {@code said} the exit code and what is printed. What a
 * change writes is in {@code target/migrate}.
 */
class MigrateFixturesTest {

    /** Where something is left to a person, or kept on purpose. */
    private static final Set<String> UNFINISHED = Set.of(
            "anchors-by-hand",
            "broken-kustomization",
            "does-not-start",
            "key-vault",
            "keep-pod-identity",
            "name-prefix",
            "two-workloads",
            "two-copies",
            "network-policy",
            "other-namespaces",
            "placeholders",
            "pods-of-other-kinds",
            "replacements",
            "several",
            "unknown-shape");

    @TempDir
    Path temporary;

    static List<Path> fixtures() throws IOException {
        return MigrateRun.fixtures();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void migrate_ofEachFixture_writesWhatIsExpected(Path fixture) throws IOException {
        Path output = Path.of("target", "migrate", name(fixture), "out");
        MigrateRun.delete(output);

        MigrateRun run = MigrateRun.run(arguments(fixture, fixture.resolve("in"), output));

        String said = "exit " + run.exitCode() + "\n" + run.out() + run.err();
        Files.createDirectories(output.getParent());
        Files.writeString(output.resolveSibling("said"), said);
        assertThat(said).isEqualTo(Files.readString(fixture.resolve("said")));
        assertThat(MigrateRun.files(output)).isEqualTo(MigrateRun.files(fixture.resolve("out")));
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void migrate_ofFinishedFixtures_leavesNoErrorForCheck(Path fixture) {
        MigrateRun check = MigrateRun.check(
                fixture.resolve(UNFINISHED.contains(name(fixture)) ? "in" : "out"), "workload-identity");

        // Those that are not finished show that the check can fail.
        assertThat(check.out().contains(": error [")).isEqualTo(UNFINISHED.contains(name(fixture)));
    }

    @Test
    void migrate_thatKeepsPodIdentity_leavesNoErrorForAClusterWithBoth() {
        Path folder = Path.of("src", "test", "resources", "migrate", "keep-pod-identity", "out");

        assertThat(MigrateRun.check(folder, "1.8.17").out()).doesNotContain(": error [");
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void migrate_ofFilesOfWindows_keepsTheirLineEnds(Path fixture) throws IOException {
        Path input = temporary.resolve("in");
        for (Map.Entry<String, String> file :
                MigrateRun.files(fixture.resolve("in")).entrySet()) {
            Path copy = input.resolve(file.getKey());
            Files.createDirectories(copy.getParent());
            Files.writeString(copy, file.getValue().replace("\n", "\r\n"));
        }

        MigrateRun.run(arguments(fixture, input, temporary.resolve("out")));

        for (Map.Entry<String, String> file :
                MigrateRun.files(fixture.resolve("out")).entrySet()) {
            if (Files.exists(input.resolve(file.getKey()))) {
                assertThat(Files.readString(temporary.resolve("out").resolve(file.getKey())))
                        .isEqualTo(file.getValue().replace("\n", "\r\n"));
            }
        }
    }

    private static String name(Path fixture) {
        return fixture.getFileName().toString();
    }

    private static String[] arguments(Path fixture, Path input, Path output) throws IOException {
        Path named = Files.exists(fixture.resolve("paths"))
                ? input.resolve(Files.readString(fixture.resolve("paths")).strip())
                : input;
        var all = new ArrayList<String>(List.of(named.toString(), "-o", output.toString()));
        if (Files.exists(fixture.resolve("args"))) {
            all.addAll(List.of(Files.readString(fixture.resolve("args")).strip().split(" ")));
        }
        return all.toArray(String[]::new);
    }
}
