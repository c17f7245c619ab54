package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.podid.check.rule.Scene;
import java.util.Optional;

/** Finds the secret that an identity refers to. */
final class SecretOfIdentity {

    private SecretOfIdentity() {}

    static Optional<Secret> find(Scene scene, AzureIdentity identity) {
        return identity.isManagedIdentity()
                ? Optional.empty()
                : scene.cluster()
                        .secret(new ObjectName(
                                identity.clientPassword().namespace(),
                                identity.clientPassword().name()));
    }
}
