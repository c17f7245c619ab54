// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.agent;

import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a container signs in as agent identities, by what its variables say: a connection string {@code RunAs=Agent} of
 * the library or of its Spring Boot starter, or the starter's settings {@code token-provider.agent-blueprint}, and the
 * agent identities of {@code token-provider.agents}. Immutable.
 *
 * @param variable the name of the variable with the connection string, or with the blueprint's client ID
 * @param place where its text is
 * @param settings the pairs of the connection string, or the settings of the starter under the same keys
 * @param agents the agent identities that are named; none where each request names its own
 */
public record AgentSignIn(String variable, FieldLocation place, ConnectionPairs settings, List<NamedAgent> agents) {

    /** The variable of the library. */
    private static final String CONNECTION_STRING = "AzureServicesAuthConnectionString";

    /** The same of the starter, as Spring reads names of variables: without their underscores. */
    private static final String CONNECTION_STRING_OF_SPRING = "TOKENPROVIDERCONNECTIONSTRING";

    private static final String AGENTS_OF_SPRING = "TOKENPROVIDERAGENTS";

    private static final String BLUEPRINT_OF_SPRING = "TOKENPROVIDERAGENTBLUEPRINT";

    /** The key of a connection string that means the same as a setting of the starter, in lower case. */
    private static final Map<String, String> KEYS_OF_SPRING = Map.of(
            BLUEPRINT_OF_SPRING + "CLIENTID", "appid",
            BLUEPRINT_OF_SPRING + "TENANTID", "tenantid",
            BLUEPRINT_OF_SPRING + "MANAGEDIDENTITYCLIENTID", "managedidentityclientid");

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

    /**
     * The sign-in of a pod whose service account names a blueprint: of which agent identities, the program says.
     *
     * @param clientId the annotation with the blueprint's client ID
     */
    public static AgentSignIn ofAccount(FieldLocation clientId) {
        var settings = new ConnectionPairs(Map.of("runas", "Agent", "appid", clientId.text()));
        return new AgentSignIn(clientId.key(), clientId, settings, List.of());
    }

    /** The starter's settings win over the library's variable, and its connection string over its blueprint. */
    private static Stream<AgentSignIn> read(Map<String, FieldLocation> variables) {
        Optional<AgentSignIn> ofSpring = variables.entrySet().stream()
                .filter(variable -> nameOfSpring(variable.getKey()).equals(CONNECTION_STRING_OF_SPRING))
                .findFirst()
                .map(variable -> readConnectionString(variable.getKey(), variable.getValue(), variables))
                .or(() -> readBlueprintOfSpring(variables));
        return ofSpring
                .or(() -> readVariableOfLibrary(variables))
                .filter(signIn -> signIn.setting("RunAs").equalsIgnoreCase("Agent"))
                .stream();
    }

    private static Optional<AgentSignIn> readVariableOfLibrary(Map<String, FieldLocation> variables) {
        return Optional.ofNullable(variables.get(CONNECTION_STRING))
                .map(value -> readConnectionString(CONNECTION_STRING, value, variables));
    }

    private static AgentSignIn readConnectionString(
            String variable, FieldLocation value, Map<String, FieldLocation> variables) {
        ConnectionPairs settings = ConnectionPairs.parse(value.text());
        var agents = new ArrayList<NamedAgent>();
        settings.find("AgentId").ifPresent(clientId -> agents.add(new NamedAgent(clientId, value)));
        agents.addAll(findAgentsOfSpring(variables));
        return new AgentSignIn(variable, value, settings, agents);
    }

    /** The settings of the starter that begin with token-provider.agent-blueprint, as a connection string has them. */
    private static Optional<AgentSignIn> readBlueprintOfSpring(Map<String, FieldLocation> variables) {
        var settings = new HashMap<String, String>();
        settings.put("runas", "Agent");
        for (Map.Entry<String, FieldLocation> variable : variables.entrySet()) {
            String key = KEYS_OF_SPRING.get(nameOfSpring(variable.getKey()));
            if (key != null) {
                settings.put(key, variable.getValue().text());
            }
        }
        return variables.entrySet().stream()
                .filter(variable -> nameOfSpring(variable.getKey()).equals(BLUEPRINT_OF_SPRING + "CLIENTID"))
                .findFirst()
                .map(variable -> new AgentSignIn(
                        variable.getKey(),
                        variable.getValue(),
                        new ConnectionPairs(settings),
                        findAgentsOfSpring(variables)));
    }

    private static List<NamedAgent> findAgentsOfSpring(Map<String, FieldLocation> variables) {
        return variables.entrySet().stream()
                .filter(variable -> namesAgentOfSpring(variable.getKey()))
                .map(variable -> new NamedAgent(variable.getValue().text(), variable.getValue()))
                .toList();
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

    /** The tenant of the agent identities; empty if it is missing, or AZURE_TENANT_ID of the pod says it. */
    public String tenantId() {
        return setting("TenantId");
    }

    /** Whether AZURE_TENANT_ID says the tenant where no setting does; a connection string must say it. */
    public boolean takesTenantOfPod() {
        String name = nameOfSpring(variable);
        return !variable.equals(CONNECTION_STRING) && !name.equals(CONNECTION_STRING_OF_SPRING);
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
