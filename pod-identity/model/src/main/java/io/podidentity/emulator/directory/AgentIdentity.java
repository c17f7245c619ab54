// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.util.Optional;

/**
 * An agent identity: a service principal without credentials, as which its blueprint alone can act. Immutable.
 *
 * @param objectId in Microsoft Entra ID the same GUID as the client ID
 * @param blueprintId the client ID of its blueprint
 * @param account the agent's user account; empty without one
 * @see <a href="https://learn.microsoft.com/entra/agent-id/agent-oauth-protocols">the protocols</a>
 * @since 0.1.0
 */
public record AgentIdentity(String clientId, String objectId, String blueprintId, Optional<User> account) {

    private static final String TOKEN_EXCHANGE = "api://AzureADTokenExchange";

    /** Without a user account. */
    public AgentIdentity(String clientId, String objectId, String blueprintId) {
        this(clientId, objectId, blueprintId, Optional.empty());
    }

    public AgentIdentity withAccount(User own) {
        return new AgentIdentity(clientId, objectId, blueprintId, Optional.of(own));
    }

    /** The credential that it has by itself: the token with which its blueprint acts as it, of that tenant. */
    public FederatedCredential credential(String tenantId) {
        return new FederatedCredential(
                "https://login.microsoftonline.com/" + tenantId + "/v2.0",
                new FmiPath(tenantId, blueprintId, clientId).subject(),
                TOKEN_EXCHANGE);
    }
}
