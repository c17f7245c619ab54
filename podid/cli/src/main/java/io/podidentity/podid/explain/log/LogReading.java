// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is known of the lines of a log. Immutable.
 *
 * @param lines how many there were, without empty ones
 * @param known how many of them are known
 * @param findings by their first line; lines that say the same of the same objects are one finding
 */
public record LogReading(int lines, int known, List<LogFinding> findings) {

    private static final Pattern LINE_BREAK = Pattern.compile("\\R");

    /** Reads a log, line by line; a text of the stream may have several lines. */
    public static LogReading of(Stream<String> log) {
        var reader = new Reader();
        Iterator<String> lines = log.flatMap(LINE_BREAK::splitAsStream).iterator();
        while (lines.hasNext()) {
            reader.readLine(lines.next());
        }
        return new LogReading(reader.lines, reader.known, reader.findings());
    }

    /** Counts and collects while a log is read. */
    private static final class Reader {

        /** A log may name any number of pods. */
        private static final int MAX_FINDINGS = 200;

        private final Map<Same, LogFinding> findings = new LinkedHashMap<>();
        private int number;
        private int lines;
        private int known;

        List<LogFinding> findings() {
            return List.copyOf(findings.values());
        }

        void readLine(String line) {
            number++;
            if (line.isBlank()) {
                return;
            }
            lines++;
            Optional<LogFinding> finding = findKnownLine(RawLine.readMessage(line), number);
            if (finding.isPresent()) {
                known++;
                add(finding.get());
            }
        }

        private void add(LogFinding finding) {
            Same same = Same.of(finding);
            LogFinding before = findings.get(same);
            if (before != null) {
                findings.put(same, before.withLine(finding.first()));
            } else if (findings.size() < MAX_FINDINGS) {
                findings.put(same, finding);
            }
        }
    }

    /** What lines have in common that say the same of the same objects. */
    private record Same(String id, Map<String, String> names) {

        /** Numbers in which such lines differ all the same. */
        private static final List<String> CHANGING = List.of("took", "pods", "ids", "bindings");

        static Same of(LogFinding finding) {
            var names = new LinkedHashMap<>(finding.names().values());
            names.keySet().removeAll(CHANGING);
            return new Same(finding.known().id(), names);
        }
    }

    /** A known line that a message matches, and what the message names as that line. */
    private record Match(KnownLine line, LineNames names) {}

    /**
     * Finds the known line that is the cause of a message. An error often passes through several components, each of
     * which puts words of its own around it; then the message matches several known lines.
     *
     * @param number of the line in the log, from 1
     */
    private static Optional<LogFinding> findKnownLine(String message, int number) {
        List<Match> matches = findMatches(message);
        if (matches.isEmpty()) {
            return Optional.empty();
        }
        KnownLine cause = matches.get(0).line();
        LineNames names = matches.get(0).names();
        var passedOnBy = new ArrayList<String>();
        for (Match match : matches) {
            String component = match.line().from();
            if (!component.equals(cause.from()) && !passedOnBy.contains(component)) {
                passedOnBy.add(component);
                names = names.withMissingFrom(match.names());
            }
        }
        return Optional.of(new LogFinding(cause, names, number, number, 1, SafeText.redact(message), passedOnBy));
    }

    /** In the order of the table, which has causes first. */
    private static List<Match> findMatches(String message) {
        var matches = new ArrayList<Match>();
        for (KnownLine line : KnownLine.ALL) {
            line.match(message).ifPresent(names -> matches.add(new Match(line, names)));
        }
        return matches;
    }

    /** For programs; the caller may add to it. */
    public Map<String, Object> json() {
        var object = new LinkedHashMap<String, Object>();
        object.put("lines", lines);
        object.put("known", known);
        object.put("findings", findings.stream().map(LogFinding::json).toList());
        return object;
    }

    /** Who writes lines that are known, each once. */
    static List<String> components() {
        return KnownLine.ALL.stream().map(KnownLine::from).distinct().toList();
    }
}
