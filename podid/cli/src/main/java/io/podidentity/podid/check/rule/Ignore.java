// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.podid.check.source.FieldLocation;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One entry of the annotation {@value #ANNOTATION}: {@code C5, label-missing: REASON}, or several separated by
 * semicolons.
 *
 * @param words numbers or names of rules
 * @param reason empty if none is given; then nothing is ignored
 */
public record Ignore(FieldLocation location, List<String> words, String reason) {

    public static final String ANNOTATION = "podid.io/ignore";

    private static final Pattern BETWEEN_ENTRIES = Pattern.compile("[;\n]");

    /** The entries of an object's annotation; none if it has none. */
    public static List<Ignore> readAnnotation(FieldLocation object) {
        FieldLocation annotation = object.at("metadata", "annotations", ANNOTATION);
        return BETWEEN_ENTRIES
                .splitAsStream(annotation.text())
                .filter(entry -> !entry.isBlank())
                .map(entry -> parseEntry(annotation, entry))
                .toList();
    }

    private static Ignore parseEntry(FieldLocation annotation, String entry) {
        int colon = entry.indexOf(':');
        if (colon < 0) {
            return new Ignore(annotation, splitWords(entry), "");
        }
        return new Ignore(
                annotation,
                splitWords(entry.substring(0, colon)),
                entry.substring(colon + 1).strip());
    }

    private static List<String> splitWords(String words) {
        return Arrays.stream(words.split(",", -1)).map(String::strip).toList();
    }

    public boolean covers(About about) {
        return !reason.isEmpty() && words.stream().anyMatch(about::isNamed);
    }
}
