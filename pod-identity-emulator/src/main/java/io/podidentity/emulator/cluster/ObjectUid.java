package io.podidentity.emulator.cluster;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/** The UID of an object that no cluster has made; the same object has the same UID in every run. */
public final class ObjectUid {

    private ObjectUid() {}

    /**
     * Of an object of that kind.
     *
     * @param kind in any letter case
     * @param name with an empty namespace if the kind has none
     */
    public static String of(String kind, ObjectName name) {
        String unique = kind.toLowerCase(Locale.ROOT) + " " + name;
        return UUID.nameUUIDFromBytes(unique.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
