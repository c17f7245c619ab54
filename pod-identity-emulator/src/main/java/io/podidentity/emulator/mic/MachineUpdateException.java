package io.podidentity.emulator.mic;

import java.util.List;
import java.util.regex.Pattern;

/** Azure Resource Manager refuses to put identities on a machine; the message is its own. */
@SuppressWarnings("serial")
public final class MachineUpdateException extends Exception {

    private static final Pattern IDENTITY = Pattern.compile(
            "/subscriptions/[^/'\",]+/resourcegroups/[^/'\",]+/providers/Microsoft\\.ManagedIdentity"
                    + "/userAssignedIdentities/[^/'\",\\s]+",
            Pattern.CASE_INSENSITIVE);

    public MachineUpdateException(String message) {
        super(message);
    }

    /** The resource IDs that the message names, in its order. */
    public List<String> identities() {
        return IDENTITY.matcher(String.valueOf(getMessage()))
                .results()
                .map(match -> match.group())
                .distinct()
                .toList();
    }
}
