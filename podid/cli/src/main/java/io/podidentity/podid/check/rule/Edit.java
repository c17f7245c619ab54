// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.Position;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.text.ClosestMatch;

/**
 * A change of a file that is certainly right.
 *
 * @param position of the text that is replaced; of the line before which a new one is inserted
 * @param before the value or key that stands there; empty to insert a line
 * @param after the value or key instead, or the line without its indentation
 */
public record Edit(Position position, String before, String after) {

    /** Writes another value; {@code after} as it must be written, with quotes where YAML needs them. */
    public static Edit replaceValue(FieldLocation location, String after) {
        return new Edit(location.valuePosition(), location.text(), after);
    }

    /** As {@link #replaceValue} if the value looks like a typo of {@code after}; otherwise none. */
    public static Edit[] replaceNearValue(FieldLocation location, String after) {
        return ClosestMatch.isNear(location.text(), after) ? new Edit[] {replaceValue(location, after)} : new Edit[0];
    }

    public static Edit replaceKey(Position key, String before, String after) {
        return new Edit(key, before, after);
    }

    /** Inserts a line before the first entry of a mapping, with its indentation; none where there is no entry. */
    public static Edit[] insertFirstEntry(FieldLocation mapping, String line) {
        return mapping.fields().stream()
                .limit(1)
                .map(first -> new Edit(first.position(), "", line))
                .toArray(Edit[]::new);
    }

    public boolean isInsertion() {
        return before.isEmpty();
    }
}
