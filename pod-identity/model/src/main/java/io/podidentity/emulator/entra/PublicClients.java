// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.entra;

import io.podidentity.emulator.directory.Directory;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.ServicePrincipal;
import io.podidentity.emulator.directory.ServicePrincipal.Kind;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The clients that have no secret to prove themselves by: registered ones, and two that exist in every tenant. */
record PublicClients(Directory directory) {

    /** Azure CLI and Azure PowerShell. */
    private static final Set<String> OF_EVERY_TENANT =
            Set.of("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "1950a258-227b-4e31-a9cf-717495945fc2");

    Optional<ServicePrincipal> find(String clientId) {
        if (OF_EVERY_TENANT.contains(clientId.toLowerCase(Locale.ROOT))) {
            return Optional.of(ServicePrincipal.of(Kind.PUBLIC_CLIENT, clientId, ObjectIds.of(clientId)));
        }
        return directory.principal(clientId).filter(client -> client.kind() == Kind.PUBLIC_CLIENT);
    }
}
