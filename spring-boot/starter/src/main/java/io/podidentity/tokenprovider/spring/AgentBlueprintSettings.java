// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * The blueprint that signs in for the agent identities of token-provider.agents.
 *
 * @param clientId Client ID of the blueprint.
 * @param tenantId Tenant of the agent identities, an ID or a domain; by default that of AZURE_TENANT_ID.
 * @param managedIdentityClientId Client ID of the user-assigned managed identity that the blueprint trusts, on a host
 *     with a managed identity endpoint; by default the blueprint trusts the pod's service account.
 */
record AgentBlueprintSettings(
        @Nullable String clientId,
        @Nullable String tenantId,
        @Nullable String managedIdentityClientId) {
    private static final String SETTING = "agent-blueprint.";

    /** An ID and a domain have no other characters, so that a connection string needs no quotes around them. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]+");

    /** @throws TokenProviderSettingException if one of its members cannot be right */
    void check() {
        TokenProviderProperties.require(
                StringUtils.hasText(clientId), SETTING + "client-id", "", "It is the client ID of the blueprint.");
        requireId("client-id", clientId);
        requireId("tenant-id", tenantId);
        requireId("managed-identity-client-id", managedIdentityClientId);
    }

    private static void requireId(String member, @Nullable String id) {
        boolean isPossible = !StringUtils.hasText(id) || ID.matcher(id).matches();
        TokenProviderProperties.require(
                isPossible, SETTING + member, id, "An ID has letters, digits, dots and hyphens only.");
    }

    /**
     * @param defaultTenantId the tenant where the settings name none; null for no such
     * @throws TokenProviderSettingException if there is no tenant
     */
    String connectionString(@Nullable String defaultTenantId) {
        String tenant = StringUtils.hasText(tenantId) ? tenantId : defaultTenantId;
        TokenProviderProperties.require(
                StringUtils.hasText(tenant),
                SETTING + "tenant-id",
                "",
                "It is the tenant of the agent identities, and there is no AZURE_TENANT_ID in its place.");
        String blueprint = "RunAs=Agent;AppId=" + clientId + ";TenantId=" + tenant;
        return StringUtils.hasText(managedIdentityClientId)
                ? blueprint + ";ManagedIdentityClientId=" + managedIdentityClientId
                : blueprint;
    }
}
