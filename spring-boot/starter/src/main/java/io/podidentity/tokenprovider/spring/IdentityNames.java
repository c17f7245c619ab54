// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.spring.TokenProviderProperties.Identity;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The names of identities and agent identities, each of which a setting can choose.
 *
 * @param identities those of token-provider.identities
 * @param agents those of token-provider.agents
 */
record IdentityNames(Map<String, Identity> identities, Map<String, AgentSettings> agents) {

    boolean contain(String name) {
        return identities.containsKey(name) || agents.containsKey(name);
    }

    /**
     * @param setting that chooses the name, without the prefix of all settings
     * @param name null if the setting chooses none
     * @throws TokenProviderSettingException if there is no such name
     */
    void require(String setting, @Nullable String name) {
        if (name != null) {
            TokenProviderProperties.require(contain(name), setting, name, this + ".");
        }
    }

    /** For people, such as {@code token-provider.identities has only [orders]}. */
    @Override
    public String toString() {
        String ofIdentities = identities.isEmpty() ? "none" : "only " + new TreeSet<>(identities.keySet());
        String ofAgents = agents.isEmpty() ? "" : ", and token-provider.agents only " + new TreeSet<>(agents.keySet());
        return "token-provider.identities has " + ofIdentities + ofAgents;
    }
}
