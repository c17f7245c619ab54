// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import io.podidentity.podid.explain.log.KnownLine.Kind;
import java.util.List;
import java.util.Optional;

/** What a log says, for people: first what is wrong and what to do, then the rest in short. */
public final class LogTextReport {

    private static final List<String> TOKENS = List.of("nmi-status-200", "proxy-token");

    private LogTextReport() {}

    public static String of(LogReading reading) {
        List<LogFinding> findings = reading.findings();
        if (findings.isEmpty()) {
            return "Nothing is known of " + lines(reading.lines()) + ". Looked for " + KnownLine.ALL.size()
                    + " lines of " + String.join(", ", LogReading.components())
                    + ":\nhttps://github.com/pod-identity/pod-identity-java/blob/main/docs/logs.md\n";
        }
        var text = new StringBuilder(reading.known() + " of " + lines(reading.lines()) + " known\n");
        findings.stream().filter(one -> one.is(Kind.PROBLEM)).forEach(one -> problem(text, one));
        List<LogFinding> rest =
                findings.stream().filter(one -> !one.is(Kind.PROBLEM)).toList();
        if (!rest.isEmpty()) {
            text.append('\n');
        }
        for (LogFinding finding : rest) {
            text.append(heading(finding));
            section(text, "Do", finding.next());
        }
        healed(reading).ifPresent(line -> text.append("\nSince line " + line + " a program gets its token.\n"));
        return text.toString();
    }

    private static String lines(int count) {
        return count == 1 ? "1 line" : count + " lines";
    }

    private static void problem(StringBuilder text, LogFinding finding) {
        text.append("\n" + heading(finding) + "  | " + finding.text() + "\n");
        if (!finding.passedOnBy().isEmpty()) {
            section(text, "By", List.of("passed on by " + String.join(", ", finding.passedOnBy())));
        }
        List<String> why = finding.why();
        for (int i = 0; i < why.size(); i++) {
            section(text, i == 0 ? "Why" : "", List.of((i + 1) + ". " + why.get(i)));
        }
        section(text, "Do", finding.next());
        section(text, "More", List.of(finding.known().more(), finding.known().link()));
    }

    public static void section(StringBuilder text, String name, List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            text.append(
                    String.format("  %-6s%s\n", i == 0 ? name : "", lines.get(i).replace("\n", "\n        ")));
        }
    }

    private static String heading(LogFinding finding) {
        return finding.known().from() + ": " + finding.says() + " (" + where(finding) + ")\n";
    }

    private static String where(LogFinding finding) {
        return finding.count() == 1
                ? "line " + finding.first()
                : finding.count() + " times, lines " + finding.first() + " to " + finding.last();
    }

    /** The first line of a token behind the last problem. */
    private static Optional<Integer> healed(LogReading reading) {
        int last = reading.findings().stream()
                .filter(one -> one.is(Kind.PROBLEM))
                .mapToInt(LogFinding::last)
                .max()
                .orElse(Integer.MAX_VALUE);
        return reading.findings().stream()
                .filter(one -> TOKENS.contains(one.known().id()) && one.last() > last)
                .map(one -> one.first() > last ? one.first() : one.last())
                .findFirst();
    }
}
