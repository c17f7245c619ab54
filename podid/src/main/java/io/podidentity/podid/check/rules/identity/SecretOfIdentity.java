package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.podid.check.rule.RuleContext;
import java.util.Optional;

/** Finds the secret that an identity refers to. */
final class SecretOfIdentity {

    private SecretOfIdentity() {}

    static Optional<Secret> find(RuleContext context, AzureIdentity identity) {
        return identity.isManagedIdentity()
                ? Optional.empty()
                : context.cluster()
                        .secret(new ObjectName(
                                identity.clientPassword().namespace(),
                                identity.clientPassword().name()));
    }
}
