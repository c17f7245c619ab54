// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Locale;
import java.util.UUID;

/**
 * The name of an object in its namespace; sorts by namespace, then by name.
 *
 * @since 0.1.0
 */
public record ObjectName(String namespace, String name) implements Comparable<ObjectName> {

    private static final Comparator<ObjectName> ORDER =
            Comparator.comparing(ObjectName::namespace).thenComparing(ObjectName::name);

    @Override
    public int compareTo(ObjectName other) {
        return ORDER.compare(this, other);
    }

    /** The UID of an object of that kind that no cluster has made: the same in every run, in any letter case. */
    public String uid(String kind) {
        String unique = kind.toLowerCase(Locale.ROOT) + " " + this;
        return UUID.nameUUIDFromBytes(unique.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** {@code namespace/name}, as log lines have it; the name alone of an object of the cluster. */
    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
