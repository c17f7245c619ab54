// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a container signs in as agent identities, by what its variables say: a connection string {@code RunAs=Agent} of
 * the library or of its Spring Boot starter, and the agent identities that the starter's variables {@code
 * TOKEN_PROVIDER_AGENTS_NAME_CLIENT_ID} name. Immutable.
 *
 * @param variable the name of the variable with the connection string
 * @param place where its text is
 * @param settings the pairs of the connection string
 * @param agents the agent identities that are named; none where each request names its own
 */
public record AgentSignIn(String variable, FieldLocation place, ConnectionPairs settings, List<NamedAgent> agents) {

    /** The variable of the library. */
    private static final String CONNECTION_STRING = "AzureServicesAuthConnectionString";

    /** The same of the starter, as Spring reads names of variables: without their underscores. */
    private static final String CONNECTION_STRING_OF_SPRING = "TOKENPROVIDERCONNECTIONSTRING";

    private static final String AGENTS_OF_SPRING = "TOKENPROVIDERAGENTS";

    private static final List<String> CERTIFICATES =
            List.of("CertificateThumbprint", "CertificateSubjectName", "KeyVaultCertificateSecretIdentifier");

    /** What proves the identity of the blueprint. */
    public enum Proof {
        /** The token of the pod's service account. */
        SERVICE_ACCOUNT,
        /** The token of a managed identity, from the managed identity endpoint. */
        MANAGED_IDENTITY,
        CERTIFICATE
    }

    /**
     * An agent identity.
     *
     * @param place where its client ID is
     */
    public record NamedAgent(String clientId, FieldLocation place) {}

    public AgentSignIn {
        agents = List.copyOf(agents);
    }

    /** What the containers of a pod say, in the order of the containers; empty for a pod without an agent identity. */
    public static List<AgentSignIn> readAll(PodSource pod, PodVariables variables) {
        return pod.containers().stream()
                .map(container -> variables.read(container, pod.namespace()))
                .flatMap(AgentSignIn::read)
                .toList();
    }

    private static Stream<AgentSignIn> read(Map<String, FieldLocation> variables) {
        Optional<Map.Entry<String, FieldLocation>> ofSpring = variables.entrySet().stream()
                .filter(variable -> nameOfSpring(variable.getKey()).equals(CONNECTION_STRING_OF_SPRING))
                .findFirst();
        return ofSpring
                .or(() -> Optional.ofNullable(variables.get(CONNECTION_STRING))
                        .map(value -> Map.entry(CONNECTION_STRING, value)))
                .stream()
                .flatMap(variable -> read(variable.getKey(), variable.getValue(), variables));
    }

    private static Stream<AgentSignIn> read(
            String variable, FieldLocation value, Map<String, FieldLocation> variables) {
        ConnectionPairs settings = ConnectionPairs.parse(value.text());
        if (!settings.value("RunAs").equalsIgnoreCase("Agent")) {
            return Stream.empty();
        }
        var agents = new ArrayList<NamedAgent>();
        settings.find("AgentId").ifPresent(clientId -> agents.add(new NamedAgent(clientId, value)));
        variables.forEach((name, place) -> {
            if (namesAgentOfSpring(name)) {
                agents.add(new NamedAgent(place.text(), place));
            }
        });
        return Stream.of(new AgentSignIn(variable, value, settings, agents));
    }

    private static boolean namesAgentOfSpring(String variable) {
        String name = nameOfSpring(variable);
        return name.startsWith(AGENTS_OF_SPRING) && name.endsWith("CLIENTID");
    }

    private static String nameOfSpring(String variable) {
        return variable.toUpperCase(Locale.ROOT).replaceAll("[_.-]", "");
    }

    /** The client ID of the blueprint; empty if it is missing. */
    public String blueprintId() {
        return setting("AppId");
    }

    /** The tenant of the agent identities; empty if it is missing. */
    public String tenantId() {
        return setting("TenantId");
    }

    /** The client ID of the managed identity that proves the blueprint's identity; empty if none does. */
    public String managedIdentityId() {
        return setting("ManagedIdentityClientId");
    }

    /** The user account that the agent identity acts as; empty where it acts as itself. */
    public Optional<String> user() {
        return settings.find("AgentUser");
    }

    public String setting(String key) {
        return settings.value(key);
    }

    public boolean has(String key) {
        return settings.has(key);
    }

    /** What proves the identity of the blueprint; of several proofs, which the library refuses, the first. */
    public Proof proof() {
        if (has("ManagedIdentityClientId")) {
            return Proof.MANAGED_IDENTITY;
        }
        return CERTIFICATES.stream().anyMatch(this::has) ? Proof.CERTIFICATE : Proof.SERVICE_ACCOUNT;
    }

    /** Whether the text names more than one proof, which the library refuses. */
    public boolean hasSeveralProofs() {
        long certificates = CERTIFICATES.stream().filter(this::has).count();
        return certificates + (has("ManagedIdentityClientId") ? 1 : 0) > 1;
    }
}
