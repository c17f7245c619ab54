// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check;

import io.podidentity.emulator.file.WritableFolder;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.text.YamlText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Makes the changes that findings are certain of, in the text of the files: comments, order and all else stay. A change
 * whose place does not look as expected is left out.
 */
final class Fixes {

    /** From the end of a file to its beginning, so that places before stay where they are. */
    private static final Comparator<Edit> BACKWARDS = Comparator.comparing(
                    (Edit edit) -> edit.position().line())
            .thenComparing(edit -> edit.position().column())
            .reversed();

    private Fixes() {}

    /**
     * Makes the changes file by file.
     *
     * @param named the files and folders that the user has named
     * @param report is told of each change as soon as its file is written
     * @return whether there was any
     * @throws IOException if a file cannot be written, or is behind a link that leads out of what is named; that file
     *     and those after it are then as they were
     */
    static boolean apply(List<Finding> findings, List<Path> named, Consumer<String> report) throws IOException {
        Map<String, Set<Edit>> byFile = findings.stream()
                .flatMap(finding -> finding.edits().stream())
                .collect(Collectors.groupingBy(
                        edit -> edit.position().file(),
                        LinkedHashMap::new,
                        Collectors.toCollection(LinkedHashSet::new)));
        boolean hasChanged = false;
        for (Map.Entry<String, Set<Edit>> edits : byFile.entrySet()) {
            Path file = Path.of(edits.getKey());
            if (Files.isRegularFile(file)) {
                List<String> made = applyToFile(file, edits.getValue(), WritableFolder.around(file, named));
                made.forEach(report);
                hasChanged |= !made.isEmpty();
            }
        }
        return hasChanged;
    }

    private static List<String> applyToFile(Path file, Set<Edit> edits, WritableFolder folder) throws IOException {
        List<String> lines =
                new ArrayList<>(Arrays.asList(Files.readString(file).split("\n", -1)));
        var made = new ArrayList<String>();
        for (Edit edit : edits.stream().sorted(BACKWARDS).toList()) {
            boolean isMade = edit.isInsertion() ? insert(lines, edit) : replace(lines, edit);
            if (isMade) {
                made.add(edit.position() + ": wrote " + edit.after());
            }
        }
        if (!made.isEmpty()) {
            folder.replace(file, String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        }
        return made;
    }

    /** Inserts a line with the indentation of the line behind it; false if that is another one than expected. */
    private static boolean insert(List<String> lines, Edit edit) {
        int index = edit.position().line() - 1;
        String indentation = " ".repeat(edit.position().column() - 1);
        String line = lines.get(index);
        if (!line.startsWith(indentation)) {
            return false;
        }
        // The lines were split at line feeds, so a file of Windows has carriage returns at their ends.
        String end = line.endsWith("\r") ? "\r" : "";
        lines.add(index, indentation + edit.after() + end);
        return true;
    }

    /** Replaces a value or a key, in the quotes that it has; false if another text stands there. */
    private static boolean replace(List<String> lines, Edit edit) {
        int index = edit.position().line() - 1;
        String line = lines.get(index);
        int start = line.offsetByCodePoints(0, edit.position().column() - 1);
        String rest = line.substring(start);
        for (String quote : List.of("", "\"", "'")) {
            String token = quote + edit.before() + quote;
            if (rest.startsWith(token) && isEnd(rest, token.length())) {
                lines.set(
                        index,
                        line.substring(0, start) + quoteLike(quote, edit.after()) + rest.substring(token.length()));
                return true;
            }
        }
        return false;
    }

    /** Whether a value or a key ends there; otherwise the text is the beginning of a longer one. */
    private static boolean isEnd(String rest, int length) {
        return length == rest.length() || " \t\r,:}]".indexOf(rest.charAt(length)) >= 0;
    }

    private static String quoteLike(String quote, String after) {
        if (after.startsWith("\"")) {
            return after;
        }
        if (quote.isEmpty()) {
            return YamlText.of(after);
        }
        return quote + after + quote;
    }
}
