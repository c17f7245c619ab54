// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The resource ID of a user-assigned managed identity, as MIC checks it.
 *
 * @since 0.1.0
 */
public final class IdentityResourceId {

    /** As MIC's log prints it. */
    public static final String SHAPE = "/subscriptions/<subid>/resourcegroups/<resourcegroup>/providers"
            + "/Microsoft.ManagedIdentity/userAssignedIdentities/<name>";

    private static final List<String> PARTS = List.of(
            "/subscriptions/", "/resourcegroups/", "/providers/microsoft.managedidentity/userassignedidentities/");

    // What Azure itself takes: no page of the portal, no other type of resource, nothing before or after it.
    private static final Pattern ANCHORED = Pattern.compile(
            "/subscriptions/[^/<>\\s]+/resourcegroups/[^/<>\\s]+/providers/Microsoft\\.ManagedIdentity"
                    + "/userAssignedIdentities/[^/<>\\s]+",
            Pattern.CASE_INSENSITIVE);

    private IdentityResourceId() {}

    /** Whether Azure knows it for the ID of a user-assigned identity, so that it can be put on a machine. */
    public static boolean isAzures(String id) {
        return ANCHORED.matcher(id).matches();
    }

    /**
     * Whether MIC takes it: the parts in this order, in any letter case, with something behind each. Upstream's
     * pattern is not anchored, so what stands before and after is not looked at.
     */
    public static boolean isWellFormed(String id) {
        String text = id.toLowerCase(Locale.ROOT);
        int from = 0;
        for (String part : PARTS) {
            int at = text.indexOf(part, from);
            if (at < 0) {
                return false;
            }
            from = at + part.length() + 1;
        }
        return from <= text.length();
    }
}
