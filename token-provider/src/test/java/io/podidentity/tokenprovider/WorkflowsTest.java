// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of GitHub's workflows without GitHub. */
class WorkflowsTest {
    private static final Path ROOT = Path.of("..");
    private static final Path RELEASE = ROOT.resolve(".github/workflows/release.yml");

    private static final Pattern ACTION = Pattern.compile("uses: ([^\\s#]+)(.*)");
    private static final Pattern PINNED = Pattern.compile("[\\w./-]+@[0-9a-f]{40}");

    @Test
    void actions_always_arePinnedByDigestAndNameTheirVersion() throws IOException {
        List<String> loose = new ArrayList<>();
        for (Path file : workflows()) {
            for (String line : Files.readAllLines(file)) {
                Matcher action = ACTION.matcher(line.strip().replaceFirst("^- ", ""));
                if (action.matches() && !isPinned(action.group(1), action.group(2))) {
                    loose.add(file.getFileName() + ": " + line.strip());
                }
            }
        }
        assertThat(loose).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "v0.1.0, true",
        "v10.20.30, true",
        "v1.2.3-rc.1, true",
        "v0, false",
        "v1, false",
        "v0.1, false",
        "0.1.0, false",
        "vnext, false",
        "v1.2.3/evil, false"
    })
    void release_ofATag_beginsForVersionsAndNotForTheMovingMajor(String tag, boolean begins) throws IOException {
        Matcher triggers = Pattern.compile("tags: \\[(.*)]").matcher(Files.readString(RELEASE));
        assertThat(triggers.find()).isTrue();
        List<String> patterns = Stream.of(triggers.group(1).split(", *", -1))
                .map(quoted -> quoted.replace("\"", ""))
                .toList();
        assertThat(patterns).hasSize(2);

        assertThat(patterns.stream().anyMatch(pattern -> tag.matches(regexOf(pattern))))
                .isEqualTo(begins);
    }

    /** GitHub's filter patterns: a star is any text without a slash; plus and brackets are those of expressions. */
    private static String regexOf(String pattern) {
        return pattern.replace(".", "\\.").replace("*", "[^/]*");
    }

    /** What major.yml moves is the tag of a major version, and only for a version that is none before a release. */
    @Test
    void major_ofARelease_ignoresWhatComesBeforeOne() throws IOException {
        String text = Files.readString(ROOT.resolve(".github/workflows/major.yml"));
        assertThat(text).contains("types: [released]", "^v[0-9]+\\.[0-9]+\\.[0-9]+$");
    }

    @Test
    void release_inItsOrder_uploadsToCentralAfterEverythingElse() throws IOException {
        String text = Files.readString(RELEASE);
        List<String> jobs = Pattern.compile("(?m)^  ([a-z]+):$")
                .matcher(text.substring(text.indexOf("\njobs:")))
                .results()
                .map(job -> job.group(1))
                .toList();
        assertThat(jobs).containsExactly("test", "folder", "image", "bundle", "draft", "central");
        assertThat(text).contains("needs: [folder, image, bundle]", "needs: draft");
    }

    @Test
    void release_jobWithTheSigningKey_runsNoTest() throws IOException {
        String text = Files.readString(RELEASE);
        String bundle = text.substring(text.indexOf("\n  bundle:"), text.indexOf("\n  draft:"));
        assertThat(bundle).contains("GPG_PRIVATE_KEY").doesNotContain("verify\n", "mvnw -B test");
        assertThat(text.replace(bundle, "")).doesNotContain("secrets.GPG");
    }

    /** What runs in a user's pipeline is compared with the release's list before anything of it is unpacked. */
    @ParameterizedTest
    @ValueSource(strings = {"check/action.yml", "templates/azure-check.yml", "templates/check.yml"})
    void pipelines_ofUsers_compareWhatTheyDownloadBeforeTheyUnpackIt(String file) throws IOException {
        String text = Files.readString(ROOT.resolve(file));

        int downloaded = text.indexOf("SHA256SUMS");
        int compared = text.indexOf("sha256sum -c", downloaded);
        assertThat(downloaded).isPositive();
        assertThat(compared).isGreaterThan(downloaded);
        assertThat(text.indexOf("tar -xzf")).isGreaterThan(compared);
    }

    @ParameterizedTest
    @ValueSource(strings = {"check/action.yml", "templates/azure-check.yml"})
    void pipelines_withAToken_askWhoBuiltWhatTheyDownload(String file) throws IOException {
        String text = Files.readString(ROOT.resolve(file));

        assertThat(text.indexOf("gh attestation verify \"$archive\" -R pod-identity/pod-identity-java"))
                .isPositive()
                .isLessThan(text.indexOf("tar -xzf"));
    }

    private static boolean isPinned(String action, String comment) {
        boolean own = action.startsWith("pod-identity/pod-identity-java/");
        return own || (PINNED.matcher(action).matches() && comment.matches(" # v\\d+(\\.\\d+)+"));
    }

    private static List<Path> workflows() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve(".github/workflows"))) {
            return Stream.concat(files, Stream.of(ROOT.resolve("check/action.yml")))
                    .sorted()
                    .toList();
        }
    }
}
