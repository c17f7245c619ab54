// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a log says, for people: first what is wrong and what to do, then the rest in short. */
public final class LogTextReport {

    /** The known lines that tell of a token: of NMI, and of the proxy of workload identity. */
    private static final Set<String> IDS_OF_TOKENS = Set.of("nmi-status-200", "proxy-token");

    private LogTextReport() {}

    /** The report of one log, in several lines. */
    public static String of(LogReading reading) {
        List<LogFinding> findings = reading.findings();
        if (findings.isEmpty()) {
            return "Nothing is known of " + count(reading.lines()) + ". Looked for " + KnownLine.ALL.size()
                    + " lines of " + String.join(", ", LogReading.components())
                    + ":\nhttps://github.com/pod-identity/pod-identity-java/blob/main/docs/logs.md\n";
        }
        var text = new StringBuilder(reading.known() + " of " + count(reading.lines()) + " known\n");
        for (LogFinding problem :
                findings.stream().filter(LogFinding::isProblem).toList()) {
            appendProblem(text, problem);
        }
        List<LogFinding> notes =
                findings.stream().filter(finding -> !finding.isProblem()).toList();
        if (!notes.isEmpty()) {
            text.append('\n');
        }
        for (LogFinding note : notes) {
            text.append(heading(note));
            appendSection(text, "Do", note.next());
        }
        findTokenAfterProblems(findings)
                .ifPresent(line -> text.append("\nSince line " + line + " a program gets its token.\n"));
        return text.toString();
    }

    private static String count(int lines) {
        return lines == 1 ? "1 line" : lines + " lines";
    }

    private static void appendProblem(StringBuilder text, LogFinding problem) {
        text.append("\n" + heading(problem) + "  | " + problem.text() + "\n");
        if (!problem.passedOnBy().isEmpty()) {
            appendSection(text, "By", List.of("passed on by " + String.join(", ", problem.passedOnBy())));
        }
        String name = "Why";
        int number = 1;
        for (String reason : problem.why()) {
            appendSection(text, name, List.of(number + ". " + reason));
            name = "";
            number++;
        }
        appendSection(text, "Do", problem.next());
        appendSection(
                text, "More", List.of(problem.known().more(), problem.known().link()));
    }

    /** Appends lines with a name before the first of them; nothing if there are none. */
    public static void appendSection(StringBuilder text, String name, List<String> lines) {
        String start = name;
        for (String line : lines) {
            text.append(String.format("  %-6s%s\n", start, line.replace("\n", "\n        ")));
            start = "";
        }
    }

    private static String heading(LogFinding finding) {
        return finding.known().from() + ": " + finding.says() + " (" + where(finding) + ")\n";
    }

    private static String where(LogFinding finding) {
        if (finding.count() == 1) {
            return "line " + finding.first();
        }
        return finding.count() + " times, lines " + finding.first() + " to " + finding.last();
    }

    /** The first line of a token behind the last problem; empty if there was no problem, or no token since. */
    private static Optional<Integer> findTokenAfterProblems(List<LogFinding> findings) {
        int lastProblem = findings.stream()
                .filter(LogFinding::isProblem)
                .mapToInt(LogFinding::last)
                .max()
                .orElse(Integer.MAX_VALUE);
        // A finding knows its first and its last line alone, and the first can be before the problem.
        return findings.stream()
                .filter(finding -> IDS_OF_TOKENS.contains(finding.known().id()))
                .filter(finding -> finding.last() > lastProblem)
                .map(finding -> finding.first() > lastProblem ? finding.first() : finding.last())
                .findFirst();
    }
}
