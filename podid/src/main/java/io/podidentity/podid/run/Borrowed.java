package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.Part;
import java.util.Map;

/**
 * The identity that pods of a workload have.
 *
 * @param container of the workload, as the API has it; none for a service account alone
 */
record Borrowed(
        String namespace,
        String serviceAccount,
        String clientId,
        String tenantId,
        String authorityHost,
        Part container) {

    /** The variables by which Azure's libraries of all languages find it. */
    Map<String, String> variables(String tokenFile) {
        return Map.of(
                "AZURE_CLIENT_ID", clientId,
                "AZURE_TENANT_ID", tenantId,
                "AZURE_FEDERATED_TOKEN_FILE", tokenFile,
                "AZURE_AUTHORITY_HOST", authorityHost);
    }

    @Override
    public String toString() {
        return "identity " + clientId + " of service account " + namespace + "/" + serviceAccount;
    }
}
