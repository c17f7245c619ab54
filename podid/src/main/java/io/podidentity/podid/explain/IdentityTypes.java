package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.AzureIdentity;

/** Names the types of identities. */
final class IdentityTypes {

    private IdentityTypes() {}

    static String describe(AzureIdentity identity) {
        return switch (identity.type()) {
            case AzureIdentity.MANAGED_IDENTITY -> "a managed identity (type 0)";
            case AzureIdentity.SERVICE_PRINCIPAL -> "a service principal with a secret (type 1)";
            case AzureIdentity.SERVICE_PRINCIPAL_CERTIFICATE -> "a service principal with a certificate (type 2)";
            default -> "of the unknown type " + identity.type();
        };
    }
}
