// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.podid.check.rule.About;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes {@code docs/checks.md} from what the rules say of themselves, and from their shortest fixtures. */
final class ChecksDocument {

    private static final Path FOLDER = Path.of("src", "test", "resources", "check");

    private static final String FIXTURES =
            "https://github.com/pod-identity/pod-identity-java/tree/main/podid/cli/src/test/resources/check/";

    private ChecksDocument() {}

    static String of(List<About> rules) {
        String table = rules.stream()
                .collect(Collectors.groupingBy(About::id, LinkedHashMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(ChecksDocument::row)
                .collect(Collectors.joining());
        String sections = rules.stream().map(ChecksDocument::section).collect(Collectors.joining());
        return """
            # Rules of podid check

            `podid check` looks for these mistakes. The page is made from the rules themselves; a test fails when the page is old.

            | Severity | Meaning |
            |---|---|
            | *error* | the pod gets no token, or the token of another identity |
            | *warning* | the pod works for a wrong reason or not always, or something is written that has no effect. `--fail-on warning` makes the command fail |
            | *info* | never makes the command fail |

            To ignore a rule for one object, annotate the object with a reason: `podid.io/ignore: "C5: two on purpose"`. Name
            several rules, by number or by name, with commas between them; put semicolons between several entries. To ignore a
            rule for all objects, write `ignore: {C5: two on purpose}` into `.podid.yaml`. `--baseline FILE --write-baseline`
            writes today's findings into a baseline.

            Each rule shows a manifest with the mistake, what podid reports, and a manifest without it. All three are fixtures of
            the rule's test. A first line `# profile:` says which version the example is for; otherwise it is 1.8.17.

            | Group | Rules |
            |---|---|
            """ + table + sections;
    }

    private static String row(List<About> group) {
        String links = group.stream()
                .map(about -> "[%1$s](#%1$s)".formatted(about.rule()))
                .collect(Collectors.joining(", "));
        return "| %s | %s |\n".formatted(group.get(0).id(), links);
    }

    private static String section(About about) {
        String issues = about.prevents().stream().map(ChecksDocument::issue).collect(Collectors.joining(", "));
        String prevents = issues.isEmpty() ? "" : " Would have prevented: " + issues + ".";
        return """

            ## %s

            %s, %s. %s. What to do: %s.%s [Fixtures](%s).
            """.formatted(
                                about.rule(),
                                about.id(),
                                about.severity().id(),
                                about.line(),
                                about.remedy(),
                                prevents,
                                FIXTURES + about.rule())
                + examples(about);
    }

    private static String examples(About about) {
        Path wrong = shortest(about, "fires-");
        Path right = shortest(about, "quiet-");
        return block("Wrong" + factsOf(wrong), "yaml", read(wrong))
                + block("podid reports", "text", describeFindings(wrong))
                + block("Right" + factsOf(right), "yaml", read(right));
    }

    private static Path shortest(About about, String prefix) {
        try (Stream<Path> files = Files.list(FOLDER.resolve(about.rule()))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .min(Comparator.comparingLong(ChecksDocument::lines).thenComparing(Comparator.naturalOrder()))
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long lines(Path file) {
        return read(file).lines().count();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String describeFindings(Path file) {
        try {
            return RuleFixture.describeFindings(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path sibling(Path fixture, String ending) {
        return Path.of(fixture.toString().replaceFirst("\\.yaml$", ending));
    }

    private static String factsOf(Path fixture) {
        Path facts = sibling(fixture, ".azure");
        String link = FIXTURES + FOLDER.relativize(facts).toString().replace('\\', '/');
        return Files.isDirectory(facts) ? ", with [what az printed](" + link + ")" : "";
    }

    private static String block(String title, String language, String text) {
        return "\n" + title + ":\n\n```" + language + "\n" + text.strip() + "\n```\n";
    }

    private static String issue(String issue) {
        String[] parts = issue.split("#", -1);
        return "[%s](https://github.com/%s/issues/%s)".formatted(issue, parts[0], parts[1]);
    }
}
