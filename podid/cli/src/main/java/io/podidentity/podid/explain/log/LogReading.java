// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What is known of the lines of a log.
 *
 * @param lines how many there were, without empty ones
 * @param known how many of them are known
 * @param findings by their first line; lines that say the same of the same are one
 */
public record LogReading(int lines, int known, List<LogFinding> findings) {

    private static final Pattern LINES = Pattern.compile("\\R");

    /** Numbers by which lines differ that say the same. */
    private static final List<String> CHANGING = List.of("took", "pods", "ids", "bindings");

    /** A log may name any number of pods. */
    private static final int MAX_FINDINGS = 200;

    /** Reads a log, line by line; the text of one line may have several. */
    public static LogReading of(Stream<String> log) {
        var findings = new LinkedHashMap<List<Object>, LogFinding>();
        int number = 0;
        int lines = 0;
        int known = 0;
        for (String line : (Iterable<String>) log.flatMap(LINES::splitAsStream)::iterator) {
            number++;
            lines += line.isBlank() ? 0 : 1;
            Optional<LogFinding> finding = line.isBlank() ? Optional.empty() : of(RawLine.message(line), number);
            if (finding.isPresent()) {
                known++;
                add(findings, finding.get());
            }
        }
        return new LogReading(lines, known, List.copyOf(findings.values()));
    }

    private static Optional<LogFinding> of(String message, int number) {
        KnownLine first = null;
        var names = new Names(Map.of());
        var passedOnBy = new ArrayList<String>();
        for (KnownLine one : KnownLine.ALL) {
            Matcher matcher = one.pattern().matcher(message);
            if (!matcher.find()) {
                continue;
            }
            if (first == null) {
                first = one;
                names = Names.of(matcher);
            } else if (!one.from().equals(first.from()) && !passedOnBy.contains(one.from())) {
                passedOnBy.add(one.from());
                names = names.and(Names.of(matcher));
            }
        }
        return first == null
                ? Optional.empty()
                : Optional.of(new LogFinding(first, names, number, number, 1, SafeText.of(message), passedOnBy));
    }

    private static void add(Map<List<Object>, LogFinding> findings, LogFinding finding) {
        var names = new LinkedHashMap<>(finding.names().values());
        names.keySet().removeAll(CHANGING);
        List<Object> key = List.of(finding.known().id(), names);
        LogFinding before = findings.get(key);
        if (before != null) {
            findings.put(key, before.again(finding.first()));
        } else if (findings.size() < MAX_FINDINGS) {
            findings.put(key, finding);
        }
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
