// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.agent.AgentSignIn;
import io.podidentity.podid.agent.AgentSignIn.NamedAgent;
import io.podidentity.podid.agent.AgentSignIn.Proof;
import io.podidentity.podid.agent.BlueprintProof;
import io.podidentity.podid.agent.BlueprintTrust;
import io.podidentity.podid.agent.PodVariables;
import io.podidentity.podid.check.azure.AgentFacts.Agent;
import io.podidentity.podid.check.azure.AzureFacts.RoleOfPrincipal;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Value;
import java.util.List;
import java.util.Optional;

/** Pods that sign in as agent identities of Microsoft Entra Agent ID, through an agent identity blueprint. */
final class AgentRules extends RuleFamily {

    private final Report agentIdentity = error("C24", "agent-identity")
            .says("The blueprint has no such agent identity")
            .remedy("Write the client ID of an agent identity, and the client ID of its blueprint as AppId");
    private final Report agentProof = error("C24", "agent-proof")
            .says("Nothing proves the identity of an agent identity's blueprint")
            .remedy("Let the pod have a token of its service account: label it " + Keys.USE + ": \"true\"");
    private final Report agentSettings = error("C24", "agent-settings")
            .says("A connection string of an agent identity is incomplete or contradicts itself")
            .remedy("Write RunAs=Agent;AppId=BLUEPRINT;TenantId=TENANT;AgentId=AGENT");
    private final Report agentTrust = error("C24", "agent-trust")
            .says("The blueprint does not trust what is to prove its identity")
            .remedy("Give the blueprint a federated credential for the pod's service account");
    private final Report agentWithoutRole = warning("C24", "agent-without-role")
            .says("The agent identity has no role in Azure")
            .remedy("Give the role to the agent identity: a role of its blueprint, or of the managed identity, does not"
                    + " count");

    private final PodVariables variables;

    AgentRules(RuleContext context) {
        super(context);
        this.variables = PodVariables.of(context.manifests().objects());
    }

    @Override
    protected void check() {
        for (PodSource pod : context.pods()) {
            for (AgentSignIn signIn : AgentSignIn.readAll(pod, variables)) {
                if (Value.isTemplated(signIn.place().text())) {
                    continue;
                }
                agentIdentity(signIn);
                agentProof(pod, signIn);
                agentSettings(signIn);
                agentTrust(pod, signIn);
                agentWithoutRole(signIn);
            }
        }
    }

    /**
     * Needs the folder of {@code podid facts --agents}. A blueprint can act as its own agent identities only. The list
     * can be one of another tenant, so an unknown agent identity is a warning.
     */
    private void agentIdentity(AgentSignIn signIn) {
        Optional<List<Agent>> all = context.azure().agents().identities();
        if (all.isEmpty()) {
            return;
        }
        for (NamedAgent named : finalAgents(signIn)) {
            Optional<Agent> agent = context.azure().agents().findIdentity(named.clientId());
            if (agent.isEmpty()) {
                agentIdentity.add(
                        Severity.WARNING,
                        named.place(),
                        "none of the " + all.get().size() + " agent identities has the client ID " + named.clientId(),
                        "Write the client ID of an agent identity; or the list is of another tenant.");
            } else if (!agent.get().blueprintId().equalsIgnoreCase(signIn.blueprintId())) {
                agentIdentity.add(
                        named.place(),
                        "agent identity " + named.clientId() + " is one of blueprint "
                                + agent.get().blueprintId() + ", and AppId names another one",
                        "Write AppId=" + agent.get().blueprintId()
                                + ", or the client ID of an agent identity of this blueprint.");
            }
        }
    }

    private static List<NamedAgent> finalAgents(AgentSignIn signIn) {
        return signIn.agents().stream()
                .filter(agent -> Value.isFinal(agent.clientId()))
                .toList();
    }

    /** Without the file of a service account's token, the library says INVALID_CONFIGURATION. */
    private void agentProof(PodSource pod, AgentSignIn signIn) {
        if (signIn.proof() == Proof.SERVICE_ACCOUNT && !hasTokenOfAccount(pod)) {
            agentProof.add(
                    signIn.place(),
                    signIn.variable() + " names no proof of the blueprint's identity, and the pod has no token of its"
                            + " service account",
                    "Add to the pod's labels: " + Keys.USE + ": \"true\"");
        }
        boolean asksNmi = context.profile().hasNmi() && pod.asksForBinding();
        if (signIn.proof() == Proof.MANAGED_IDENTITY && pod.usesWorkloadIdentity() && !asksNmi) {
            agentProof.add(
                    Severity.WARNING,
                    signIn.place(),
                    "the node's metadata service must give the token of managed identity " + signIn.managedIdentityId()
                            + ": a token that workload identity got proves no blueprint's identity (AADSTS700231)",
                    "Remove ManagedIdentityClientId, and give the blueprint a federated credential for the service"
                            + " account.");
        }
    }

    private static boolean hasTokenOfAccount(PodSource pod) {
        return pod.usesWorkloadIdentity() || pod.hasVariable("AZURE_FEDERATED_TOKEN_FILE");
    }

    /** The library refuses such a text at its start. */
    private void agentSettings(AgentSignIn signIn) {
        problemOfSettings(signIn)
                .ifPresent(problem -> agentSettings.add(signIn.place(), signIn.variable() + " " + problem));
    }

    private static Optional<String> problemOfSettings(AgentSignIn signIn) {
        List<String> required = signIn.takesTenantOfPod() ? List.of("AppId") : List.of("AppId", "TenantId");
        Optional<String> missing =
                required.stream().filter(key -> signIn.setting(key).isEmpty()).findFirst();
        if (missing.isPresent()) {
            return Optional.of("has no " + missing.get());
        }
        if (signIn.has("AppKey")) {
            return Optional.of("has AppKey, and the library takes no secret as the proof of a blueprint's identity");
        }
        if (signIn.hasSeveralProofs()) {
            return Optional.of("has two proofs of the blueprint's identity");
        }
        if (signIn.user().isPresent() && !signIn.has("AgentId")) {
            return Optional.of("has AgentUser without the AgentId that acts as this user account");
        }
        return signIn.agents().stream()
                .filter(agent -> agent.clientId().equalsIgnoreCase(signIn.blueprintId()))
                .map(agent -> "names the blueprint itself as the agent identity, and a blueprint gets no token of its"
                        + " own (AADSTS82001)")
                .findFirst();
    }

    /** Needs the folder of {@code podid facts --agents}. Entra ID says AADSTS700211, 700212 or 700213. */
    private void agentTrust(PodSource pod, AgentSignIn signIn) {
        Optional<BlueprintProof> proof = proof(pod, signIn);
        if (proof.isEmpty() || !Value.isFinal(signIn.blueprintId())) {
            return;
        }
        BlueprintTrust trust = BlueprintTrust.judge(signIn.blueprintId(), proof.get(), context.azure());
        if (trust instanceof BlueprintTrust.Refused refused) {
            agentTrust.add(
                    signIn.place(),
                    "blueprint " + signIn.blueprintId() + " does not trust "
                            + proof.get().owner() + ": " + refused.reason(),
                    "Run: " + proof.get().command(signIn.blueprintId()));
        } else if (trust instanceof BlueprintTrust.NotListed other) {
            agentTrust.add(
                    Severity.WARNING,
                    signIn.place(),
                    "none of the " + other.others() + " blueprints has the client ID " + signIn.blueprintId(),
                    "Write the client ID of a blueprint as AppId; or the list is of another tenant.");
        }
    }

    private Optional<BlueprintProof> proof(PodSource pod, AgentSignIn signIn) {
        return switch (signIn.proof()) {
            case SERVICE_ACCOUNT -> {
                var account = new ObjectName(pod.namespace(), pod.serviceAccount());
                yield Optional.of(BlueprintProof.ofAccount(account, context.azure()));
            }
            case MANAGED_IDENTITY ->
                Optional.of(BlueprintProof.ofManagedIdentity(signIn.managedIdentityId(), context.azure()));
            case CERTIFICATE -> Optional.empty();
        };
    }

    /** Needs the folder of {@code podid facts --agents}. The resource answers 403. */
    private void agentWithoutRole(AgentSignIn signIn) {
        for (NamedAgent named : finalAgents(signIn)) {
            Optional<Agent> agent = context.azure().agents().findIdentity(named.clientId());
            Optional<List<RoleOfPrincipal>> roles =
                    agent.flatMap(listed -> context.azure().findRolesOf(listed.principalId()));
            if (roles.isPresent() && roles.get().isEmpty()) {
                agentWithoutRole.add(
                        named.place(),
                        "agent identity " + named.clientId() + " has no role in Azure",
                        "Run: podid scope URL --agent " + named.clientId());
            }
        }
    }
}
