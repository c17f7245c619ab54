// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.Map;

/**
 * The identity that the pods of a workload have. Immutable.
 *
 * @param authorityHost the address of Entra ID in the identity's cloud
 * @param container the workload's container as the API has it; {@link KubernetesJson#NONE} for an account alone
 */
record BorrowedIdentity(
        String namespace,
        String serviceAccount,
        String clientId,
        String tenantId,
        String authorityHost,
        KubernetesJson container) {

    static final String CLIENT_ID = "AZURE_CLIENT_ID";
    static final String TENANT = "AZURE_TENANT_ID";
    static final String AUTHORITY = "AZURE_AUTHORITY_HOST";
    static final String TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";

    /** The variables by which Azure's libraries of all languages find the identity. */
    Map<String, String> variables(String tokenFile) {
        return Map.of(
                CLIENT_ID, clientId,
                TENANT, tenantId,
                TOKEN_FILE, tokenFile,
                AUTHORITY, authorityHost);
    }

    @Override
    public String toString() {
        return "identity " + clientId + " of service account " + namespace + "/" + serviceAccount;
    }
}
