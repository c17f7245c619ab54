// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.azure;

import io.podidentity.podid.check.source.FieldLocation;
import java.util.List;
import java.util.Optional;

/**
 * The agent identity blueprints of a tenant and their agent identities, as far as they are known: what Microsoft Graph
 * lists. Immutable.
 *
 * @param blueprints with their federated credentials; empty if they are not known
 * @param identities empty if they are not known
 * @see <a href="https://learn.microsoft.com/graph/api/agentidentity-list">agent identities</a>
 */
public record AgentFacts(Optional<List<Blueprint>> blueprints, Optional<List<Agent>> identities) {

    public static final AgentFacts NONE = new AgentFacts(Optional.empty(), Optional.empty());

    /** A federated credential of a blueprint. */
    public record Trusted(String name, String issuer, String subject, List<String> audiences) {

        static Trusted read(FieldLocation item) {
            return new Trusted(
                    item.at("name").text(),
                    item.at("issuer").text(),
                    item.at("subject").text(),
                    item.at("audiences").itemTexts());
        }
    }

    /** An agent identity blueprint. */
    public record Blueprint(String clientId, List<Trusted> credentials) {

        static boolean isOne(FieldLocation item) {
            return item.at("appId").exists()
                    && item.at("federatedIdentityCredentials").exists();
        }

        static Blueprint read(FieldLocation item) {
            List<Trusted> credentials = item.at("federatedIdentityCredentials").items().stream()
                    .map(Trusted::read)
                    .toList();
            return new Blueprint(item.at("appId").text(), credentials);
        }
    }

    /**
     * An agent identity.
     *
     * @param principalId its object ID, to which roles are assigned
     * @param blueprintId the client ID of its blueprint
     */
    public record Agent(String name, String clientId, String principalId, String blueprintId) {

        static boolean isOne(FieldLocation item) {
            return item.at("agentIdentityBlueprintId").exists();
        }

        static Agent read(FieldLocation item) {
            String principalId = item.at("id").text();
            // The object ID of an agent identity is its client ID, too.
            String clientId = item.at("appId").exists() ? item.at("appId").text() : principalId;
            return new Agent(
                    item.at("displayName").text(),
                    clientId,
                    principalId,
                    item.at("agentIdentityBlueprintId").text());
        }
    }

    /** The blueprint of this client ID; empty if it is not listed, or nothing is known. */
    public Optional<Blueprint> findBlueprint(String clientId) {
        return blueprints.stream()
                .flatMap(List::stream)
                .filter(blueprint -> blueprint.clientId().equalsIgnoreCase(clientId))
                .findFirst();
    }

    /** The agent identity of this client ID; empty if it is not listed, or nothing is known. */
    public Optional<Agent> findIdentity(String clientId) {
        return identities.stream()
                .flatMap(List::stream)
                .filter(identity -> identity.clientId().equalsIgnoreCase(clientId))
                .findFirst();
    }
}
