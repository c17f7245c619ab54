// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.podid.check.source.FieldLocation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One entry of the annotation {@value #ANNOTATION}: {@code C5, label-missing: REASON}, or several separated by
 * semicolons.
 *
 * @param words numbers or names of rules
 * @param reason empty if none is given; then nothing is ignored
 */
public record Ignore(FieldLocation location, List<String> words, String reason) {

    public static final String ANNOTATION = "podid.io/ignore";

    public static List<Ignore> of(FieldLocation object) {
        FieldLocation annotation = object.at("metadata", "annotations", ANNOTATION);
        var entries = new ArrayList<Ignore>();
        for (String entry : annotation.text().split("[;\n]", -1)) {
            if (!entry.isBlank()) {
                int colon = entry.indexOf(':');
                String words = colon < 0 ? entry : entry.substring(0, colon);
                entries.add(new Ignore(
                        annotation,
                        Arrays.stream(words.split(",", -1)).map(String::strip).toList(),
                        colon < 0 ? "" : entry.substring(colon + 1).strip()));
            }
        }
        return entries;
    }

    public boolean covers(About about) {
        return !reason.isEmpty() && words.stream().anyMatch(about::isNamed);
    }
}
