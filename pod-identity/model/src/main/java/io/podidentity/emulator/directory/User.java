// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

/**
 * A person who can sign in by device code, or the user account of an agent, which cannot.
 *
 * @since 0.1.0
 */
public record User(String userPrincipalName, String objectId) {

    /** Whether that is its name or its object ID; letter case is ignored. */
    public boolean isNamed(String nameOrObjectId) {
        return userPrincipalName.equalsIgnoreCase(nameOrObjectId) || objectId.equalsIgnoreCase(nameOrObjectId);
    }
}
