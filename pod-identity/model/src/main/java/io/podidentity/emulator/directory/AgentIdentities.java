// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The agent identities of the emulator's own tenant, which are in no other. IDs and names are compared without letter
 * case. Thread-safe.
 *
 * @since 0.1.0
 */
public final class AgentIdentities {

    private volatile List<AgentIdentity> agents;

    public AgentIdentities(Collection<AgentIdentity> agents) {
        this.agents = List.copyOf(agents);
    }

    /** Replaces all that there are. */
    public void replace(Collection<AgentIdentity> present) {
        agents = List.copyOf(present);
    }

    /** All, in the order in which they were given. */
    public List<AgentIdentity> all() {
        return agents;
    }

    public Optional<AgentIdentity> find(String clientId) {
        return agents.stream()
                .filter(agent -> agent.clientId().equalsIgnoreCase(clientId))
                .findFirst();
    }

    /** The user account of an agent. */
    Optional<User> account(String nameOrObjectId) {
        return agents.stream()
                .flatMap(agent -> agent.account().stream())
                .filter(account -> account.isNamed(nameOrObjectId))
                .findFirst();
    }
}
