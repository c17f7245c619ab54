// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.podid.agent.AgentSignIn;
import io.podidentity.podid.agent.AgentSignIn.NamedAgent;
import io.podidentity.podid.agent.AgentSignIn.Proof;
import io.podidentity.podid.agent.BlueprintProof;
import io.podidentity.podid.agent.BlueprintTrust;
import io.podidentity.podid.check.azure.AgentFacts.Agent;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.azure.AzureFacts.RoleOfPrincipal;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The second half of an agent identity's way to its token: from what proves the identity of the blueprint, over the
 * blueprint and the agent identities, to their roles. What is not known of Azure is said to be unknown. Not
 * thread-safe.
 */
final class AgentWay {

    private final AgentSignIn signIn;
    private final Optional<BlueprintProof> proof;
    private final AzureFacts azure;
    private final List<Step> steps;
    private final List<String> remedies = new ArrayList<>();

    private AgentWay(AgentSignIn signIn, Optional<BlueprintProof> proof, AzureFacts azure, List<Step> steps) {
        this.signIn = signIn;
        this.proof = proof;
        this.azure = azure;
        this.steps = new ArrayList<>(steps);
    }

    /**
     * Continues the way of a pod that has the proof.
     *
     * @param first how the pod gets the proof
     * @param proof whose token it is; empty for a certificate
     */
    static Explanation continueFrom(
            Explanation first, AgentSignIn signIn, Optional<BlueprintProof> proof, AzureFacts azure) {
        var way = new AgentWay(signIn, proof, azure, first.steps());
        Optional<String> obstacle = way.addSteps();
        Outcome outcome = obstacle.isPresent() ? Outcome.NONE : Outcome.IDENTITY;
        List<String> facts = way.steps.stream()
                .skip(first.steps().size())
                .flatMap(step -> step.facts().stream())
                .toList();
        var why = new ArrayList<>(first.why());
        why.addAll(facts);
        var advice = new Advice(
                obstacle.orElseGet(way::summarize),
                why,
                way.remedies,
                obstacle.map(any -> signIn.place().position()));
        return new Explanation(
                first.pod(),
                first.profile(),
                outcome,
                advice,
                first.identity(),
                first.replay(),
                first.objects(),
                List.copyOf(way.steps));
    }

    private String summarize() {
        String agents = signIn.agents().stream().map(NamedAgent::clientId).collect(Collectors.joining(", "));
        String whose = agents.isEmpty() ? "the agent identity that each request names" : "agent identity " + agents;
        return "tokens of " + whose + ", through blueprint " + signIn.blueprintId();
    }

    /** Adds the steps up to where the way ends; returns why it ends before there is a token, empty if it does not. */
    private Optional<String> addSteps() {
        return addBlueprint().or(this::addAgents).or(this::addRoles);
    }

    private Optional<String> addBlueprint() {
        String tenant = signIn.tenantId().isEmpty() ? "the tenant of AZURE_TENANT_ID" : "tenant " + signIn.tenantId();
        String named = signIn.variable() + " names blueprint " + signIn.blueprintId() + " of " + tenant + " ("
                + signIn.place().position() + ")";
        if (proof.isEmpty()) {
            steps.add(Step.passed(
                    Station.BLUEPRINT,
                    List.of(
                            named,
                            "a certificate proves its identity; whether the blueprint has it is not known here")));
            return Optional.empty();
        }
        BlueprintTrust trust = BlueprintTrust.judge(signIn.blueprintId(), proof.get(), azure);
        if (trust instanceof BlueprintTrust.Refused refused) {
            String reason = "blueprint " + signIn.blueprintId() + " does not trust "
                    + proof.get().owner() + ": " + refused.reason();
            steps.add(Step.end(Station.BLUEPRINT, reason));
            remedies.add("Run: " + proof.get().command(signIn.blueprintId()));
            return Optional.of(reason);
        }
        steps.add(Step.passed(Station.BLUEPRINT, List.of(named, describeTrust(trust, proof.get()))));
        return Optional.empty();
    }

    private String describeTrust(BlueprintTrust trust, BlueprintProof proven) {
        if (trust instanceof BlueprintTrust.Accepted accepted) {
            String unknown =
                    proven.issuer().isPresent() ? "" : "; whether its issuer is the right one is not known here";
            return "its federated credential " + accepted.credential() + " trusts " + proven.owner() + unknown;
        }
        remedies.add("The blueprint must trust " + proven.owner() + "; once, with az signed in as an application, since"
                + " Microsoft Graph refuses a user's token of az here:");
        remedies.add(proven.command(signIn.blueprintId()));
        String reason = trust instanceof BlueprintTrust.NotListed other
                ? "it is none of the " + other.others() + " blueprints that are known here"
                : "its federated credentials are not known here";
        return "whether it trusts " + proven.owner() + " is not known: " + reason;
    }

    private Optional<String> addAgents() {
        if (signIn.agents().isEmpty()) {
            steps.add(Step.passed(
                    Station.AGENT,
                    "no variable names an agent identity, so the program must name one for each request"));
            return Optional.empty();
        }
        var facts = new ArrayList<String>();
        for (NamedAgent agent : signIn.agents()) {
            Optional<Agent> listed = azure.agents().findIdentity(agent.clientId());
            Optional<String> stranger = listed.filter(this::isOfOtherBlueprint).map(this::describeStranger);
            if (stranger.isPresent()) {
                steps.add(Step.end(Station.AGENT, stranger.get()));
                remedies.add("Write AppId=" + listed.get().blueprintId()
                        + ", or the client ID of an agent identity of this blueprint.");
                return stranger;
            }
            facts.add(describeMembership(agent, listed) + " (" + agent.place().position() + ")");
        }
        signIn.user()
                .ifPresent(user -> facts.add("it acts as its user account " + user
                        + "; whether that is its user account" + " is not known here"));
        steps.add(Step.passed(Station.AGENT, facts));
        return Optional.empty();
    }

    private String describeMembership(NamedAgent agent, Optional<Agent> listed) {
        String identity = "agent identity " + agent.clientId();
        if (listed.isPresent()) {
            return identity + " is one of this blueprint";
        }
        String reason = azure.agents()
                .identities()
                .map(all -> ": it is none of the " + all.size() + " agent identities that are known here")
                .orElse(" here");
        return "whether " + identity + " is one of this blueprint is not known" + reason;
    }

    private boolean isOfOtherBlueprint(Agent agent) {
        return !agent.blueprintId().equalsIgnoreCase(signIn.blueprintId());
    }

    private String describeStranger(Agent agent) {
        return "agent identity " + agent.clientId() + " is one of blueprint " + agent.blueprintId() + ", and blueprint "
                + signIn.blueprintId() + " can act as its own agent identities only";
    }

    /** A pod without a role has its token all the same, so no way ends here. */
    private Optional<String> addRoles() {
        if (signIn.agents().isEmpty()) {
            return Optional.empty();
        }
        steps.add(Step.passed(
                Station.ROLE, signIn.agents().stream().map(this::describeRoles).toList()));
        return Optional.empty();
    }

    private String describeRoles(NamedAgent agent) {
        // The object ID of an agent identity is its client ID, too.
        String principalId = azure.agents()
                .findIdentity(agent.clientId())
                .map(Agent::principalId)
                .orElse(agent.clientId());
        Optional<List<RoleOfPrincipal>> roles = azure.findRolesOf(principalId);
        if (roles.isPresent() && !roles.get().isEmpty()) {
            return "agent identity " + agent.clientId() + " is "
                    + roles.get().stream()
                            .map(role -> role.role() + " on " + role.scope())
                            .collect(Collectors.joining(", "));
        }
        remedies.add("Roles in Azure are given to the agent identity"
                + (signIn.proof() == Proof.MANAGED_IDENTITY ? ", and not to the managed identity" : "")
                + ". For the command: podid scope URL --agent " + agent.clientId());
        return roles.isPresent()
                ? "agent identity " + agent.clientId() + " has no role in Azure"
                : "the roles of agent identity " + agent.clientId() + " are not known here";
    }
}
