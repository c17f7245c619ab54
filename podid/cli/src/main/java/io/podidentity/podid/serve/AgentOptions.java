// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.directory.ObjectIds;
import io.podidentity.emulator.directory.User;
import io.podidentity.emulator.manifest.ManifestException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The agent identities of the tenant, their blueprints and their user accounts. */
final class AgentOptions {

    private static final String AGENT = "--agent";
    private static final String AGENT_USER = "--agent-user";

    @Option(
            names = "--agent-blueprint",
            paramLabel = "CLIENT-ID",
            description =
                    "Add an agent identity blueprint. Default of its credentials: the tokens of the node's managed"
                            + " identity, and of service accounts that are annotated with its client ID. May be given more"
                            + " than once.")
    private List<String> blueprints = new ArrayList<>();

    @Option(
            names = AGENT,
            paramLabel = "BLUEPRINT-ID=AGENT-ID",
            description = "Add an agent identity to a blueprint, which is added too. Both are client IDs. May be given"
                    + " more than once.")
    private List<String> agents = new ArrayList<>();

    @Option(
            names = AGENT_USER,
            paramLabel = "AGENT-ID=NAME",
            description = "Add the user account of an agent identity, such as AGENT-ID=reader@agents.example. May be"
                    + " given more than once, but once for each agent identity.")
    private List<String> users = new ArrayList<>();

    /** @throws ManifestException if an option cannot be used; its message says which and why */
    void applyTo(PodIdentityEmulator.Builder builder) {
        var identities = readIdentities();
        var named = new LinkedHashSet<String>(blueprints);
        identities.values().forEach(agent -> named.add(agent.blueprintId()));
        named.forEach(blueprint -> builder.agentBlueprint(blueprint, ObjectIds.of(blueprint)));
        for (AgentIdentity agent : identities.values()) {
            builder.agentIdentity(agent.blueprintId(), agent.clientId(), agent.objectId());
            agent.account()
                    .ifPresent(account ->
                            builder.agentUser(agent.clientId(), account.userPrincipalName(), account.objectId()));
        }
    }

    /** By client ID in lower case. */
    private Map<String, AgentIdentity> readIdentities() {
        var identities = new LinkedHashMap<String, AgentIdentity>();
        for (String text : agents) {
            NameAndValue pair = NameAndValue.parse(AGENT, text);
            String clientId = pair.value();
            var agent = new AgentIdentity(clientId, clientId, pair.name());
            if (identities.put(key(clientId), agent) != null) {
                throw new ManifestException(
                        AGENT + ": agent identity " + clientId + " is given twice, and it has one" + " blueprint");
            }
        }
        for (String text : users) {
            NameAndValue pair = NameAndValue.parse(AGENT_USER, text);
            AgentIdentity agent = Optional.ofNullable(identities.get(key(pair.name())))
                    .orElseThrow(() -> new ManifestException(AGENT_USER + ": there is no agent identity " + pair.name()
                            + ". Add it with " + AGENT + " BLUEPRINT-ID=" + pair.name()));
            if (agent.account().isPresent()) {
                throw new ManifestException(
                        AGENT_USER + ": agent identity " + pair.name() + " has at most one user account");
            }
            identities.put(key(pair.name()), agent.withAccount(new User(pair.value(), ObjectIds.of(pair.value()))));
        }
        return identities;
    }

    private static String key(String clientId) {
        return clientId.toLowerCase(Locale.ROOT);
    }
}
