// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes {@code docs/logs.md} from the lines that are known. */
final class LogsDocument {

    private LogsDocument() {}

    static String of(List<KnownLine> lines) {
        Map<String, Long> counts =
                lines.stream().collect(Collectors.groupingBy(KnownLine::from, Collectors.counting()));
        String components = lines.stream()
                .map(KnownLine::from)
                .distinct()
                .map(from -> "| " + from + " | " + counts.get(from) + " |\n")
                .collect(Collectors.joining());
        return """
            # Lines of logs

            `podid explain --log` knows these %d lines. This page says what each line means and what to do. The page is made from the
            table that the command uses; a test fails when the page is old.

            ```sh
            kubectl logs -l component=nmi -A --tail=500 | java -jar podid/cli/target/podid.jar explain --log -
            ```

            With manifests (`podid explain k8s/ --log -`), the command also explains each pod that the log names. Replace words in
            capitals, such as `IDENTITY`. The command fills in the names that the line itself contains.

            | Component | Lines |
            |---|---|
            """.formatted(lines.size())
                + components
                + lines.stream().map(LogsDocument::section).collect(Collectors.joining());
    }

    private static String section(KnownLine line) {
        return "\n## " + line.id() + "\n\n" + line.from() + ": " + plain(line.says()) + ".\n\n```text\n"
                + line.example()
                + "\n```\n"
                + list("Why", line.why(), LogsDocument::plain)
                + list("What to do", line.next(), LogsDocument::command)
                + "\nMore: <" + line.more() + ">\n";
    }

    private static String list(String title, List<String> entries, Function<String, String> form) {
        return entries.isEmpty()
                ? ""
                : "\n" + title + ":\n\n"
                        + entries.stream()
                                .map(one -> "- " + form.apply(one) + "\n")
                                .collect(Collectors.joining());
    }

    private static String command(String next) {
        String text = plain(next);
        return text.matches("(?:kubectl|az|curl|podid) .*") ? "`` " + text + " ``" : text;
    }

    /** Without the names that a line would bring. */
    private static String plain(String text) {
        return new LineNames(Map.of()).fillIn(text);
    }
}
