package io.podidentity.podid.check.azure;

import java.util.Locale;

/**
 * A role assignment.
 *
 * @param role its name, such as {@code Storage Blob Data Reader}
 * @param scope a resource, a group, a subscription, or above
 */
public record RoleOfPrincipal(String principalId, String role, String scope) {

    /** Whether it applies to that resource. */
    public boolean covers(String resourceId) {
        String below = resourceId.toLowerCase(Locale.ROOT);
        String above = scope.toLowerCase(Locale.ROOT).replaceFirst("/+$", "");
        // Of management groups the members are not known, so they are given the benefit of the doubt.
        return above.isEmpty()
                || above.contains("/providers/microsoft.management/managementgroups/")
                || below.equals(above)
                || below.startsWith(above + "/");
    }
}
