package io.podidentity.podid.serve.arm;

import java.util.List;

/** Federated identity credentials: at most 20 for an identity, no two of the same issuer and subject. */
final class FederatedIdentityCredentials implements ResourceType {

    private static final int LIMIT = 20;

    private final ResourceStore store;

    FederatedIdentityCredentials(ResourceStore store) {
        this.store = store;
    }

    @Override
    public String name() {
        return "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";
    }

    @Override
    public Document complete(ResourceId id, Document asked) {
        String issuer = required(asked, "issuer");
        String subject = required(asked, "subject");
        List<ArmResource> others = store.in(id.parent(), id.type()).stream()
                .filter(other -> !other.id().key().equals(id.key()))
                .toList();
        if (others.size() >= LIMIT) {
            throw new ArmException(
                    400,
                    "BadRequest",
                    "Too many Federated Identity Credentials. The limit is " + LIMIT + " for one identity.");
        }
        if (others.stream()
                .anyMatch(other -> issuer.equals(required(other.body(), "issuer"))
                        && subject.equals(required(other.body(), "subject")))) {
            throw new ArmException(
                    409, "Conflict", "Issuer and subject combination already exists for this Managed Identity.");
        }
        return asked;
    }

    private static String required(Document asked, String property) {
        return asked.properties()
                .text(property)
                .orElseThrow(() -> new ArmException(400, "BadRequest", "The property '" + property + "' is missing."));
    }
}
