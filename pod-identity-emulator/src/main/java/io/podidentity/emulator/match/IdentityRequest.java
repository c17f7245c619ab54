package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.AzureIdentity;

/**
 * The identity that a token request names.
 *
 * @param clientId empty if it names none
 * @param resourceId empty if it names none; not looked at if there is a client ID
 */
public record IdentityRequest(String clientId, String resourceId) {

    /** Names no identity, so any will do. */
    public static final IdentityRequest ANY = new IdentityRequest("", "");

    public boolean isAny() {
        return clientId.isEmpty() && resourceId.isEmpty();
    }

    /** Whether the identity matches if letter case is ignored: what NMI waits for. */
    public boolean isMetBy(AzureIdentity identity) {
        return isAny() || named().equalsIgnoreCase(idOf(identity));
    }

    /** Whether the identity matches exactly: what NMI requires from 1.6.0 on. */
    public boolean isMetExactlyBy(AzureIdentity identity) {
        return isAny() || named().equals(idOf(identity));
    }

    private String named() {
        return clientId.isEmpty() ? resourceId : clientId;
    }

    private String idOf(AzureIdentity identity) {
        return clientId.isEmpty() ? identity.resourceId() : identity.clientId();
    }
}
