// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.util.List;
import java.util.stream.Stream;

/**
 * Which roles of applications the principals have, and which groups they are in; tokens say both. Immutable.
 *
 * @param roles in the order in which they were assigned
 * @param memberships in the order in which they were made
 * @since 0.1.0
 */
public record AppAssignments(List<AppRole> roles, List<Membership> memberships) {

    public static final AppAssignments NONE = new AppAssignments(List.of(), List.of());

    /**
     * A role of an application.
     *
     * @param principal who has it: an object ID, a client ID or a user's name
     * @param resource the application, as tokens are asked for it
     */
    public record AppRole(String principal, String resource, String role) {}

    /**
     * Somebody in a group.
     *
     * @param principal as in {@link AppRole}
     * @param group its object ID
     */
    public record Membership(String principal, String group) {}

    public AppAssignments {
        roles = List.copyOf(roles);
        memberships = List.copyOf(memberships);
    }

    /**
     * The roles of a principal at an application.
     *
     * @param names of the principal, any of which may have been assigned
     */
    public List<String> rolesAt(String resource, String... names) {
        return roles.stream()
                .filter(assigned -> assigned.resource().equalsIgnoreCase(resource))
                .filter(assigned -> isOneOf(assigned.principal(), names))
                .map(AppRole::role)
                .distinct()
                .toList();
    }

    /**
     * The groups of a principal.
     *
     * @param names of the principal, any of which may be a member
     */
    public List<String> groupsOf(String... names) {
        return memberships.stream()
                .filter(member -> isOneOf(member.principal(), names))
                .map(Membership::group)
                .distinct()
                .toList();
    }

    private static boolean isOneOf(String principal, String... names) {
        return Stream.of(names).anyMatch(principal::equalsIgnoreCase);
    }
}
