package io.podidentity.emulator.cluster;

import java.util.Comparator;

/** The name of an object in its namespace; sorts by namespace, then by name. */
public record ObjectName(String namespace, String name) implements Comparable<ObjectName> {

    private static final Comparator<ObjectName> ORDER =
            Comparator.comparing(ObjectName::namespace).thenComparing(ObjectName::name);

    @Override
    public int compareTo(ObjectName other) {
        return ORDER.compare(this, other);
    }

    /** {@code namespace/name}, as log lines have it; the name alone of an object of the cluster. */
    @Override
    public String toString() {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }
}
