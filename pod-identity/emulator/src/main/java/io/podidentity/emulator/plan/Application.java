// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.plan;

import static java.util.Objects.requireNonNull;

/**
 * An application with a secret, as {@code az ad sp create-for-rbac} makes one. Its text does not show the secret.
 * Immutable.
 *
 * @param clientId a GUID, not null
 * @param objectId the object ID of its service principal, a GUID, not null; roles are assigned to it
 * @param secret the client secret, not null
 * @since 0.1.0
 */
public record Application(String clientId, String objectId, String secret) {

    /**
     * Makes an application.
     *
     * @throws NullPointerException if an argument is null
     */
    public Application {
        requireNonNull(clientId, "clientId");
        requireNonNull(objectId, "objectId");
        requireNonNull(secret, "secret");
    }

    @Override
    public String toString() {
        return "Application[clientId=" + clientId + ", objectId=" + objectId + "]";
    }
}
