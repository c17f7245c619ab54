package io.podidentity.podid.check.azure;

import java.util.List;
import java.util.Optional;

/**
 * A managed identity that exists.
 *
 * @param credentials its federated credentials; empty if they are not known
 */
public record CloudIdentity(
        String name, String resourceId, String clientId, String principalId, Optional<List<Credential>> credentials) {

    /** A federated credential. */
    public record Credential(String name, String issuer, String subject, List<String> audiences) {

        public Credential {
            audiences = List.copyOf(audiences);
        }
    }

    /** The group in its resource ID. */
    public String resourceGroup() {
        String[] parts = resourceId.split("/", -1);
        return parts.length > 4 ? parts[4] : "GROUP";
    }
}
