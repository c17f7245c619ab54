// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import io.podidentity.emulator.directory.FederatedCredentials;
import java.util.List;

/** What Entra ID requires of a federated credential, for identities of Resource Manager and applications of Graph. */
final class CredentialRules {

    private CredentialRules() {}

    /**
     * Refuses a credential without issuer or subject, one of the same issuer and subject as another one, and one more
     * than an identity or an application can have.
     *
     * @param badRequest how the asked service, Resource Manager or Graph, calls a bad request
     * @param others the credentials that the identity or application has already
     * @throws ArmException if Azure would refuse the credential
     */
    static void requireAcceptable(String badRequest, Document credential, List<Document> others) {
        for (String field : List.of("issuer", "subject")) {
            if (credential.text(field).isEmpty()) {
                throw new ArmException(400, badRequest, "The property '" + field + "' is missing.");
            }
        }
        if (others.size() >= FederatedCredentials.LIMIT) {
            throw new ArmException(
                    400,
                    badRequest,
                    "Too many Federated Identity Credentials. The limit is " + FederatedCredentials.LIMIT
                            + " for one identity.");
        }
        if (others.stream().anyMatch(other -> trustSameTokens(other, credential))) {
            throw new ArmException(
                    409, "Conflict", "Issuer and subject combination already exists for this Managed Identity.");
        }
    }

    /** Whether two credentials have the same issuer and subject, compared with their letter case. */
    static boolean trustSameTokens(Document first, Document second) {
        return first.text("issuer").equals(second.text("issuer"))
                && first.text("subject").equals(second.text("subject"));
    }
}
