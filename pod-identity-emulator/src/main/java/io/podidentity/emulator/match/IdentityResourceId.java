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

    private IdentityResourceId() {}

    public static boolean isWellFormed(String id) {
        return FORM.matcher(id).find();
    }
}
