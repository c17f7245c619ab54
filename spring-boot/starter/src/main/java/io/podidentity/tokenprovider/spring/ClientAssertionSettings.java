// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.ClientAssertions;
import io.podidentity.tokenprovider.UserAssignedIdentity;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * How a registration of spring.security.oauth2.client signs in without a secret.
 *
 * @param source Where its client assertion comes from; none leaves the registration as it is, such as with a secret on
 *     a developer's machine.
 * @param clientId Client ID of the user-assigned managed identity that the application trusts, for the source
 *     managed-identity.
 * @param identity Name of that identity among token-provider.identities, in place of its client ID; for the source
 *     agent-identity the name of the agent identity among token-provider.agents.
 * @param file File with an assertion that another program keeps fresh, for the source file.
 */
record ClientAssertionSettings(
        @Nullable Source source,
        @Nullable String clientId,
        @Nullable String identity,
        @Nullable String file) {

    /** The issuers that an application can trust. */
    enum Source {
        /** The token of the pod's service account. */
        WORKLOAD_IDENTITY,
        /** The token of a user-assigned managed identity. */
        MANAGED_IDENTITY,
        /** The token of this job of GitHub Actions. */
        GITHUB_ACTIONS,
        /** The token of this task of Azure Pipelines. */
        AZURE_PIPELINES,
        /** A token that another program writes into a file, such as kubectl on a developer's machine. */
        FILE,
        /** The token of a blueprint, which signs in for the registration's client, an agent identity. */
        AGENT_IDENTITY,
        /** No assertion: the registration signs in as Spring Security does, with its secret or without one. */
        NONE
    }

    /** @throws TokenProviderSettingException if its members do not fit together */
    void check(String setting, IdentityNames names) {
        if (source == null) {
            throw new TokenProviderSettingException(
                    setting + ".source is missing.",
                    "Set it to managed-identity, workload-identity, github-actions, azure-pipelines, file, agent-identity or none.");
        }
        switch (source) {
            case NONE -> {
                // A profile that says none leaves what the base says of the identity.
            }
            case MANAGED_IDENTITY -> checkIdentity(setting, names.identities());
            case FILE -> checkFile(setting);
            case AGENT_IDENTITY -> checkAgent(setting, names.agents());
            case WORKLOAD_IDENTITY, GITHUB_ACTIONS, AZURE_PIPELINES -> checkNothingElse(setting);
        }
    }

    private void checkIdentity(String setting, Map<String, TokenProviderProperties.Identity> identities) {
        if (StringUtils.hasText(clientId) == StringUtils.hasText(identity)) {
            throw new TokenProviderSettingException(
                    setting + " needs either client-id or identity: an application can trust a user-assigned managed"
                            + " identity only.",
                    "Set " + setting + ".client-id to the client ID of the managed identity, or " + setting
                            + ".identity to its name among token-provider.identities.");
        }
        if (StringUtils.hasText(identity)) {
            new IdentityNames(identities, Map.of())
                    .require(setting.replace("token-provider.", "") + ".identity", identity);
            if (clientIdOf(identity, identities).isEmpty()) {
                throw new TokenProviderSettingException(
                        setting + ".identity is " + identity + ", which has a connection-string and no client-id.",
                        "Set token-provider.identities." + identity + ".client-id, or " + setting + ".client-id.");
            }
        }
    }

    private void checkFile(String setting) {
        if (!StringUtils.hasText(file)) {
            throw new TokenProviderSettingException(
                    setting + ".file is missing.", "Set it to the file that has the assertion.");
        }
    }

    private void checkAgent(String setting, Map<String, AgentSettings> agents) {
        if (!StringUtils.hasText(identity) || !agents.containsKey(identity)) {
            throw new TokenProviderSettingException(
                    setting + ".identity is no name among token-provider.agents.",
                    "Set it to one of " + new TreeSet<>(agents.keySet())
                            + ", or add the agent identity to token-provider.agents.");
        }
    }

    private void checkNothingElse(String setting) {
        if (Stream.of(clientId, identity, file).anyMatch(StringUtils::hasText)) {
            throw new TokenProviderSettingException(
                    setting + " has a client-id, an identity or a file, which its source does not need: the"
                            + " application's own client ID is that of the registration.",
                    "Remove it, or set it to nothing in the profile that changes the source.");
        }
    }

    /** The assertions; the source must be one that has some. */
    ClientAssertions assertions(Map<String, TokenProviderProperties.Identity> identities) {
        return switch (Objects.requireNonNull(source)) {
            // Both are read for each request.
            case WORKLOAD_IDENTITY, FILE -> ClientAssertions.workloadIdentity();
            case MANAGED_IDENTITY ->
                ClientAssertions.managedIdentity(UserAssignedIdentity.ofClientId(clientIdAmong(identities)));
            case GITHUB_ACTIONS -> ClientAssertions.gitHubActions();
            case AZURE_PIPELINES -> ClientAssertions.azurePipelines();
            case AGENT_IDENTITY, NONE -> throw new IllegalStateException(source + " has no assertions");
        };
    }

    private String clientIdAmong(Map<String, TokenProviderProperties.Identity> identities) {
        return StringUtils.hasText(identity) ? clientIdOf(identity, identities) : String.valueOf(clientId);
    }

    /** Empty if the identity has none. */
    private static String clientIdOf(String identity, Map<String, TokenProviderProperties.Identity> identities) {
        TokenProviderProperties.Identity named = identities.get(identity);
        return named == null || named.clientId() == null ? "" : named.clientId();
    }
}
