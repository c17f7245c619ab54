// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** No false alarms: on samples that are right, and on this project's own manifests, as kubectl renders them. */
class HealthyManifestsTest {

    private static final Pattern PROFILE = Pattern.compile("# profile: (\\S+)");

    static Stream<Path> manifests() throws IOException {
        var all = new ArrayList<Path>();
        for (Path folder : List.of(
                Path.of("src", "test", "resources", "healthy"),
                Path.of("..", "..", "demo-app", "src", "test", "resources", "manifests", "rendered"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".yaml")).sorted().forEach(all::add);
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void check_onWhatIsRight_findsNeitherErrorNorWarning(Path file) throws IOException {
        var out = new StringWriter();
        var err = new StringWriter();
        var arguments = new ArrayList<String>(List.of("--fail-on", "warning", file.toString()));
        Matcher profile = PROFILE.matcher(Files.readString(file));
        if (profile.lookingAt()) {
            arguments.addAll(List.of("--profile", profile.group(1)));
        }

        int exitCode = new CommandLine(new CheckCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));

        assertThat(out.toString()).doesNotContain(": error [", ": warning [");
        assertThat(exitCode).isZero();
    }
}
