// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate.edit;

import java.util.Map;
import java.util.Optional;

/**
 * Changes of the fields of one object in a manifest. Immutable.
 *
 * @param values the fields that are set, in their order
 * @param removedKey a field that is removed, if it is there
 */
public record FieldChanges(Map<String, String> values, Optional<String> removedKey) {

    public static FieldChanges set(Map<String, String> values) {
        return new FieldChanges(values, Optional.empty());
    }

    public static FieldChanges remove(String key) {
        return new FieldChanges(Map.of(), Optional.of(key));
    }

    /** Sets fields in the place of one that is removed. */
    public static FieldChanges replace(String key, Map<String, String> values) {
        return new FieldChanges(values, Optional.of(key));
    }

    /** Whether a field that has this key now is written in another way afterwards, or not at all. */
    boolean affects(String key) {
        return values.containsKey(key) || removedKey.filter(key::equals).isPresent();
    }
}
