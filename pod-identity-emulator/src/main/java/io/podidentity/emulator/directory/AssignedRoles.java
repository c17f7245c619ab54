package io.podidentity.emulator.directory;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who may do what with blobs, by object ID; GUIDs compare without case. Thread-safe: roles come and go while served. */
public final class AssignedRoles {

    private final Map<String, Set<BlobRole>> roles = new ConcurrentHashMap<>();

    public Set<BlobRole> of(String objectId) {
        return roles.getOrDefault(key(objectId), Set.of());
    }

    public void assign(String objectId, BlobRole role) {
        roles.merge(key(objectId), Set.of(role), (before, more) -> {
            Set<BlobRole> both = EnumSet.copyOf(before);
            both.addAll(more);
            return Set.copyOf(both);
        });
    }

    public void withdraw(String objectId, BlobRole role) {
        roles.computeIfPresent(key(objectId), (id, before) -> {
            Set<BlobRole> rest = EnumSet.copyOf(before);
            rest.remove(role);
            return rest.isEmpty() ? null : Set.copyOf(rest);
        });
    }

    private static String key(String objectId) {
        return objectId.toLowerCase(Locale.ROOT);
    }
}
