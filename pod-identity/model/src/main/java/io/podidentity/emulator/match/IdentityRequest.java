// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.AzureIdentity;
import java.util.function.BiPredicate;

/**
 * The identity that a token request names.
 *
 * @param clientId empty if it names none
 * @param resourceId empty if it names none; with both, an identity that either names will do
 * @since 0.1.0
 */
public record IdentityRequest(String clientId, String resourceId) {

    /** Names no identity, so any will do. */
    public static final IdentityRequest ANY = new IdentityRequest("", "");

    public boolean isAny() {
        return clientId.isEmpty() && resourceId.isEmpty();
    }

    /** Whether the identity matches if letter case is ignored: what NMI waits for. */
    public boolean isMetBy(AzureIdentity identity) {
        return isAny() || isNamedBy(String::equalsIgnoreCase, identity);
    }

    /** Whether the identity matches exactly: what NMI requires from 1.6.0 on. */
    public boolean isMetExactlyBy(AzureIdentity identity) {
        return isAny() || isNamedBy(String::equals, identity);
    }

    private boolean isNamedBy(BiPredicate<String, String> same, AzureIdentity identity) {
        return (!clientId.isEmpty() && same.test(clientId, identity.clientId()))
                || (!resourceId.isEmpty() && same.test(resourceId, identity.resourceId()));
    }
}
