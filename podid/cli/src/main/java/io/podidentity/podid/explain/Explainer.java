// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.http.Request;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.IdentityRequest;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.emulator.workload.Webhook;
import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.agent.AgentSignIn;
import io.podidentity.podid.agent.BlueprintProof;
import io.podidentity.podid.agent.PodVariables;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSecurity;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Explains the outcome of a pod's token request. It runs the same matcher, MIC and NMI as {@code serve}, once, on a
 * clock that skips their waits, so that what it says is what happens.
 *
 * <p>Thread-safety: safe.
 */
public final class Explainer {

    /** What a pod asks for if nothing else is said. */
    public static final String DEFAULT_QUERY = "resource=https://storage.azure.com/";

    private static final Replay NOTHING_REPLAYED = new Replay(null, null);

    private final Manifests manifests;
    private final MatchRules rules;
    private final Instant now;
    private final IdentityMatcher matcher;
    private final EgressPolicies policiesToNmi;
    private final EgressPolicies policiesToEntra;
    private final IdentityIntent intent;
    private final Map<Position, Manifest> manifestsByPosition = new HashMap<>();
    private final CheckFindings findings;
    private final PodIdentityAdvice podIdentityAdvice;
    private final AzureFacts azure;
    private final PodVariables variables;
    private Replay.@Nullable Stage stage;

    /** Explains what manifests show, of an Azure of which nothing is known. */
    public Explainer(Manifests manifests, MatchRules rules, Instant now) {
        this(manifests, rules, now, AzureFacts.NONE);
    }

    /**
     * Explains what manifests show.
     *
     * @param now at which log lines begin
     * @param azure what is known of Azure: of blueprints, agent identities and their roles
     */
    public Explainer(Manifests manifests, MatchRules rules, Instant now, AzureFacts azure) {
        this.manifests = manifests;
        this.rules = rules;
        this.now = now;
        this.matcher = new IdentityMatcher(manifests.cluster(), rules);
        this.policiesToNmi = new EgressPolicies(manifests.cluster(), rules.profile());
        this.policiesToEntra = new EgressPolicies(manifests.cluster(), Profile.WORKLOAD_IDENTITY);
        this.intent = new IdentityIntent(manifests);
        manifests
                .objects()
                .forEach(manifest -> manifestsByPosition.put(manifest.content().position(), manifest));
        this.findings = new CheckFindings(manifests, rules);
        this.podIdentityAdvice = new PodIdentityAdvice(manifests, policiesToNmi, findings);
        this.azure = azure;
        this.variables = PodVariables.of(manifests.objects());
    }

    /**
     * Explains one request.
     *
     * @param query as in the URL, without the question mark
     */
    public Explanation explain(Pod pod, String query) {
        Optional<Explanation> refusal = explainAdmissionRefusal(pod);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        Optional<AgentSignIn> signIn = findAgentSignIn(pod);
        if (signIn.isPresent()) {
            return explainAgent(pod, signIn.get());
        }
        if (!rules.profile().hasNmi() || intent.isMeantForWorkloadIdentity(pod)) {
            return explainWorkloadIdentity(pod);
        }
        return explainPodIdentity(pod, query);
    }

    /** How the pod signs in as agent identities; of several containers that do, the first one counts. */
    private Optional<AgentSignIn> findAgentSignIn(Pod pod) {
        return source(pod).stream()
                .flatMap(source -> AgentSignIn.readAll(source, variables).stream())
                .findFirst()
                .or(() -> findBlueprintOfAccount(pod));
    }

    /** A blueprint that the pod's service account names; only the folder of --azure shows that it is one. */
    private Optional<AgentSignIn> findBlueprintOfAccount(Pod pod) {
        var account = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
        return manifests
                .cluster()
                .serviceAccount(account)
                .map(found -> manifestsByPosition.get(found.metadata().position()))
                .map(manifest -> FieldLocation.of(manifest).at("metadata", "annotations", Keys.CLIENT_ID))
                .filter(clientId ->
                        azure.agents().findBlueprint(clientId.text()).isPresent())
                .map(AgentSignIn::ofAccount);
    }

    private Optional<PodSource> source(Pod pod) {
        return Optional.ofNullable(manifestsByPosition.get(pod.metadata().position()))
                .map(manifest -> PodSource.of(pod, manifest));
    }

    private Explanation explainAgent(Pod pod, AgentSignIn signIn) {
        return switch (signIn.proof()) {
            case SERVICE_ACCOUNT -> explainAgentOfAccount(pod, signIn);
            case MANAGED_IDENTITY -> explainAgentOfManagedIdentity(pod, signIn);
            case CERTIFICATE -> AgentWay.continueFrom(toBeContinued(pod, List.of()), signIn, Optional.empty(), azure);
        };
    }

    private Explanation explainAgentOfAccount(Pod pod, AgentSignIn signIn) {
        Optional<Explanation> obstacle = explainBlockedExchange(pod);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        var workload = new WorkloadAdvice(manifests.cluster(), findings, pod);
        if (!workload.hasTokenOfAccount()) {
            Advice advice = workload.adviseOnMissingToken(
                    "AZURE_FEDERATED_TOKEN_FILE is not set, so nothing proves the identity of blueprint "
                            + signIn.blueprintId());
            return withoutReplay(pod, Outcome.NONE, advice, workload.steps(advice.summary()));
        }
        if (PodSource.isOlderThanWebhook(pod)) {
            return explainMissingVariables(pod);
        }
        if (workload.isBound()) {
            var advice = Advice.onPod(
                    "the token of an identity binding is for AKS's proxy, and proves no blueprint's identity",
                    List.of(),
                    List.of("Remove the annotation " + Keys.USE_IDENTITY_BINDING
                            + ", and give the blueprint a federated credential for the service account."));
            return noToken(pod, advice, Station.KUBELET);
        }
        var account = new ObjectName(pod.namespace(), Webhook.serviceAccount(pod));
        return AgentWay.continueFrom(
                toBeContinued(pod, workload.stepsToTokenOfAccount()),
                signIn,
                Optional.of(BlueprintProof.ofAccount(account, azure)),
                azure);
    }

    /** The proof comes from NMI where NMI answers the pod, and otherwise from the node's own metadata service. */
    private Explanation explainAgentOfManagedIdentity(Pod pod, AgentSignIn signIn) {
        String clientId = signIn.managedIdentityId();
        Explanation first;
        if (rules.profile().hasNmi() && pod.bindingLabel().isPresent()) {
            first = explainPodIdentity(pod, "resource=" + WebhookSettings.AUDIENCE + "&client_id=" + clientId);
            if (first.outcome() == Outcome.NONE) {
                return first;
            }
        } else {
            first = toBeContinued(
                    pod,
                    List.of(Step.passed(
                            Station.IMDS,
                            "the node's metadata service gives the proof, if managed identity " + clientId
                                    + " is on the node, where each pod can use it; that is not known here")));
        }
        return AgentWay.continueFrom(
                first, signIn, Optional.of(BlueprintProof.ofManagedIdentity(clientId, azure)), azure);
    }

    /** The first half of an agent identity's way, which has no verdict of its own. */
    private Explanation toBeContinued(Pod pod, List<Step> steps) {
        return withoutReplay(pod, Outcome.IDENTITY, Advice.onPod("", List.of(), List.of()), steps);
    }

    /** Explains one request like {@link #explain}, but only says so of a pod that is not meant to have an identity. */
    public Explanation survey(Pod pod, String query) {
        if (IdentityIntent.isPartOfPodIdentity(pod)) {
            return unrelated(pod, "it is a part of pod identity itself");
        }
        boolean isException = rules.profile().hasNmi() && matcher.bypass(pod).isPresent();
        boolean isMeant =
                intent.isMeantToHaveIdentity(pod) || findAgentSignIn(pod).isPresent();
        if (isException || isMeant) {
            return explain(pod, query);
        }
        return unrelated(pod, "nothing says that it is to have one");
    }

    /** What the pod gets once MIC has finished, in one line. */
    public String summarize(Pod pod) {
        Explanation explanation = survey(pod, DEFAULT_QUERY);
        String gets = switch (explanation.outcome()) {
            case UNRELATED -> " gets no identity: ";
            case NONE -> " gets no token: ";
            case IDENTITY, BYPASS, NODE -> " gets ";
        };
        return pod.name() + gets + explanation.summary();
    }

    /** A pod that the API server refuses because of its namespace's Pod Security level; empty if it creates the pod. */
    private Optional<Explanation> explainAdmissionRefusal(Pod pod) {
        return source(pod)
                .flatMap(source -> PodSecurity.refusal(manifests.cluster(), source))
                .map(refusal -> Advice.onPod(
                        "the cluster does not create the pod: " + refusal,
                        List.of(),
                        List.of("Set in the pod what the level asks for, or give the namespace another level.")))
                .map(advice -> noToken(pod, advice, Station.ADMISSION));
    }

    private Explanation explainPodIdentity(Pod pod, String query) {
        PodMatch match = matcher.match(pod);
        var trace = new PodIdentityTrace(
                stage().play(pod, now, query),
                policiesToNmi.blocking(pod),
                matcher.bypass(pod),
                match,
                matcher.choose(pod, match.identities(), identityRequest(query)));
        Advice advice = podIdentityAdvice.advise(trace);
        return new Explanation(
                pod,
                rules.profile(),
                trace.outcome(),
                advice,
                trace.issued().map(Chosen::identity),
                trace.replay(),
                trace.objects(),
                PodIdentitySteps.list(trace, advice.summary()));
    }

    private Explanation explainWorkloadIdentity(Pod pod) {
        Optional<Explanation> obstacle = explainBlockedExchange(pod);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        var workload = new WorkloadAdvice(manifests.cluster(), findings, pod);
        if (workload.outcome() == Outcome.IDENTITY && PodSource.isOlderThanWebhook(pod)) {
            return explainMissingVariables(pod);
        }
        Advice advice = workload.advise();
        return withoutReplay(pod, workload.outcome(), advice, workload.steps(advice.summary()));
    }

    /** A pod that a network policy keeps from Entra ID; empty if none does. */
    private Optional<Explanation> explainBlockedExchange(Pod pod) {
        return policiesToEntra
                .blocking(pod)
                .map(policy -> PodIdentityAdvice.adviseOnPolicy(pod, policy, policiesToEntra))
                .map(advice -> noToken(pod, advice, Station.NETWORK));
    }

    private Explanation explainMissingVariables(Pod pod) {
        var advice = Advice.onPod(
                "the pod runs without the webhook's variables: it was created before the label, the account's"
                        + " annotation or the webhook was there",
                List.of(),
                List.of("Create it anew: " + PodSource.restart(pod)));
        return noToken(pod, advice, Station.WEBHOOK);
    }

    /** Made when the first pod needs it: it is most of what explain costs. */
    private synchronized Replay.Stage stage() {
        if (stage == null) {
            stage = new Replay.Stage(manifests.cluster(), rules);
        }
        return stage;
    }

    /** Reads the query of a token request as NMI does, which takes a resource ID only since these versions. */
    private IdentityRequest identityRequest(String query) {
        var parameters = Request.of("GET", "/?" + query, Map.of()).query();
        Optional<String> resourceId = Optional.empty();
        if (rules.profile().isAtLeast(1, 6, 2)) {
            resourceId = parameters.get("msi_res_id");
        }
        if (resourceId.isEmpty() && rules.profile().isAtLeast(1, 8, 15)) {
            resourceId = parameters.get("mi_res_id");
        }
        return new IdentityRequest(parameters.get("client_id").orElse(""), resourceId.orElse(""));
    }

    private Explanation unrelated(Pod pod, String summary) {
        return withoutReplay(pod, Outcome.UNRELATED, Advice.onPod(summary, List.of(), List.of()), List.of());
    }

    /** Of a request that ends at its first station. */
    private Explanation noToken(Pod pod, Advice advice, Station end) {
        return withoutReplay(pod, Outcome.NONE, advice, List.of(Step.end(end, advice.summary())));
    }

    /** Of a request that reaches neither MIC nor NMI; of objects the service account alone can be what is wrong. */
    private Explanation withoutReplay(Pod pod, Outcome outcome, Advice advice, List<Step> steps) {
        var account = new ObjectRef("ServiceAccount", new ObjectName(pod.namespace(), Webhook.serviceAccount(pod)));
        return new Explanation(
                pod, rules.profile(), outcome, advice, Optional.empty(), NOTHING_REPLAYED, Set.of(account), steps);
    }
}
