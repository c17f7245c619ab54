package io.podidentity.emulator.match;

import java.util.regex.Pattern;

/** The resource ID of a user-assigned managed identity, as MIC checks it. */
public final class IdentityResourceId {

    /** As MIC's log prints it. */
    public static final String SHAPE = "/subscriptions/<subid>/resourcegroups/<resourcegroup>/providers"
            + "/Microsoft.ManagedIdentity/userAssignedIdentities/<name>";

    // Not anchored, as upstream: what stands before and after is not looked at.
    private static final Pattern FORM = Pattern.compile(
            "/subscriptions/.+/resourcegroups/.+/providers/Microsoft\\.ManagedIdentity/userAssignedIdentities/.+",
            Pattern.CASE_INSENSITIVE);

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

    /** Whether MIC takes it. */
    public static boolean isWellFormed(String id) {
        return FORM.matcher(id).find();
    }
}
