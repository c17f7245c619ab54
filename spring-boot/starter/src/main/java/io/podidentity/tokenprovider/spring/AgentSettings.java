// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AgentIdentity;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * One agent identity.
 *
 * @param clientId Client ID of the agent identity.
 * @param userPrincipalName Sign-in name of the agent's user account, if the agent identity acts as that account and not
 *     as itself.
 * @param userObjectId Object ID of the agent's user account, in place of its sign-in name.
 */
record AgentSettings(
        @Nullable String clientId,
        @Nullable String userPrincipalName,
        @Nullable String userObjectId) {

    /** What is wrong with it; null if nothing is. */
    @Nullable
    String complaint() {
        if (!StringUtils.hasText(clientId)) {
            return "It needs a client-id, that of the agent identity.";
        }
        return StringUtils.hasText(userPrincipalName) && StringUtils.hasText(userObjectId)
                ? "It needs either a user-principal-name or a user-object-id, or none of them."
                : null;
    }

    /** The agent identity, with its user account if it acts as one. */
    AgentIdentity identity() {
        AgentIdentity agent = AgentIdentity.ofClientId(String.valueOf(clientId));
        if (StringUtils.hasText(userPrincipalName)) {
            return agent.withUserPrincipalName(userPrincipalName);
        }
        return StringUtils.hasText(userObjectId) ? agent.withUserObjectId(userObjectId) : agent;
    }
}
