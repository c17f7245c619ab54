package io.podidentity.podid.check;

import io.podidentity.podid.check.rule.About;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

/** Writes {@code docs/checks.md} from what the rules say of themselves. */
final class ChecksDocument {

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
            | *warning* | the pod works for a wrong reason, or not always. `--fail-on warning` makes the command fail |
            | *info* | never makes the command fail |

            To ignore a rule for one object, annotate the object with a reason: `podid.io/ignore: "C5: two on purpose"`. Name
            several rules, by number or by name, with commas between them; put semicolons between several entries. To ignore a
            rule for all objects, write `ignore: {C5: two on purpose}` into `.podid.yaml`. `--baseline FILE --write-baseline`
            writes today's findings into a baseline.

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
                        FIXTURES + about.rule());
    }

    private static String issue(String issue) {
        String[] parts = issue.split("#", -1);
        return "[%s](https://github.com/%s/issues/%s)".formatted(issue, parts[0], parts[1]);
    }
}
