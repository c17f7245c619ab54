// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * Who may do what on the storage account. In Azure an assignment can take ten minutes to have effect. Thread-safe.
 *
 * @see <a href="https://learn.microsoft.com/azure/role-based-access-control/troubleshooting">the ten minutes</a>
 * @since 0.1.0
 */
public final class RoleAssignments {

    private final Map<String, List<Assignment>> assignments = new ConcurrentHashMap<>();
    private final Clock clock;

    private record Assignment(BlobRole role, Instant effectiveFrom) {}

    public RoleAssignments(Clock clock) {
        this.clock = clock;
    }

    /** Assigns a role, which has effect after {@code delay}, to an object ID, a client ID or a user's name. */
    public void assign(String principal, BlobRole role, Duration delay) {
        assignments
                .computeIfAbsent(key(principal), id -> new CopyOnWriteArrayList<>())
                .add(new Assignment(role, clock.instant().plus(delay)));
    }

    /** The roles that were assigned to that name and have effect now. */
    public Set<BlobRole> of(String principal) {
        Instant now = clock.instant();
        return assignments.getOrDefault(key(principal), List.of()).stream()
                .filter(assignment -> !assignment.effectiveFrom().isAfter(now))
                .map(Assignment::role)
                .collect(Collectors.toUnmodifiableSet());
    }

    public void withdraw(String principal, BlobRole role) {
        assignments.getOrDefault(key(principal), List.of()).removeIf(assignment -> assignment.role() == role);
    }

    private static String key(String principal) {
        return principal.toLowerCase(Locale.ROOT);
    }
}
