// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.NetworkPolicy;
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
import io.podidentity.emulator.workload.Webhook;
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

    private final Manifests manifests;
    private final MatchRules rules;
    private final Instant now;
    private final IdentityMatcher matcher;
    private final EgressPolicies toNmi;
    private final EgressPolicies toEntra;
    private final Concern concern;
    private final Map<Position, Manifest> written = new HashMap<>();
    private final Checks checks;
    private final PodIdentityAdvice words;
    private Replay.@Nullable Stage stage;

    /** @param now at which log lines begin */
    public Explainer(Manifests manifests, MatchRules rules, Instant now) {
        this.manifests = manifests;
        this.rules = rules;
        this.now = now;
        this.matcher = new IdentityMatcher(manifests.cluster(), rules);
        this.toNmi = new EgressPolicies(manifests.cluster(), rules.profile());
        this.toEntra = new EgressPolicies(manifests.cluster(), Profile.WORKLOAD_IDENTITY);
        this.concern = new Concern(manifests);
        manifests.objects().forEach(one -> written.put(one.content().position(), one));
        this.checks = new Checks(manifests, rules);
        this.words = new PodIdentityAdvice(manifests, toNmi, checks);
    }

    /**
     * Explains one request.
     *
     * @param query as in the URL, without the question mark
     */
    public Explanation explain(Pod pod, String query) {
        Optional<String> refusal = Optional.ofNullable(
                        written.get(pod.metadata().position()))
                .flatMap(one -> PodSecurity.refusal(manifests.cluster(), PodSource.of(pod, one)));
        if (refusal.isPresent()) {
            var advice = new Advice(
                    "the cluster does not create the pod: " + refusal.get(),
                    List.of(),
                    List.of("Set in the pod what the level asks for, or give the namespace another level."));
            return ofNoReplay(pod, Outcome.NONE, advice, List.of(Step.end("admission", advice.summary())));
        }
        if (!rules.profile().hasNmi() || concern.isOfWorkloadIdentity(pod)) {
            return ofWorkload(pod);
        }
        PodMatch match = matcher.match(pod);
        var trace = new PodIdentityTrace(
                stage().play(pod, now, query),
                toNmi.blocking(pod),
                matcher.bypass(pod),
                match,
                matcher.choose(pod, match.identities(), request(query)));
        Advice advice = words.of(trace);
        return explanation(
                pod,
                trace.replay(),
                trace.outcome(),
                trace.issued().map(Chosen::identity).orElse(null),
                advice,
                trace.objects(),
                trace.steps(advice.summary()));
    }

    /** As above, but of a pod that is not meant to have an identity it only says so. */
    public Explanation survey(Pod pod, String query) {
        boolean isPart = Concern.isPartOfPodIdentity(pod);
        if (concern.isMeant(pod)
                || (!isPart && rules.profile().hasNmi() && matcher.bypass(pod).isPresent())) {
            return explain(pod, query);
        }
        String summary = isPart ? "it is a part of pod identity itself" : "nothing says that it is to have one";
        return ofNoReplay(pod, Outcome.UNRELATED, new Advice(summary, List.of(), List.of()), List.of());
    }

    /** What the pod gets once MIC has finished, in one line. */
    public String brief(Pod pod) {
        Explanation explanation = survey(pod, DEFAULT_QUERY);
        return pod.name()
                + switch (explanation.outcome()) {
                    case UNRELATED -> " gets no identity: ";
                    case NONE -> " gets no token: ";
                    default -> " gets ";
                }
                + explanation.summary();
    }

    private Explanation ofWorkload(Pod pod) {
        Optional<NetworkPolicy> policy = toEntra.blocking(pod);
        if (policy.isPresent()) {
            Advice advice = PodIdentityAdvice.blocked(pod, policy.get(), toEntra);
            return ofNoReplay(pod, Outcome.NONE, advice, List.of(Step.end("network", advice.summary())));
        }
        var workload = new WorkloadAdvice(manifests.cluster(), checks, pod);
        if (workload.outcome() == Outcome.IDENTITY && PodSource.isOlderThanWebhook(pod)) {
            var old = new Advice(
                    "the pod runs without the webhook's variables: it was created before the label, the account's"
                            + " annotation or the webhook was there",
                    List.of(),
                    List.of("Create it anew: " + PodSource.restart(pod)));
            return ofNoReplay(pod, Outcome.NONE, old, List.of(Step.end("webhook", old.summary())));
        }
        Advice advice = workload.advice();
        return ofNoReplay(pod, workload.outcome(), advice, workload.way(advice.summary()));
    }

    /** Made when the first pod needs it: it is most of what explain costs. */
    private synchronized Replay.Stage stage() {
        if (stage == null) {
            stage = new Replay.Stage(manifests.cluster(), rules);
        }
        return stage;
    }

    /** As NMI reads the query of a token request. */
    private IdentityRequest request(String query) {
        var parameters = Request.of("GET", "/?" + query, Map.of()).query();
        Optional<String> resourceId = Optional.<String>empty()
                .or(() -> rules.profile().isAtLeast(1, 6, 2) ? parameters.get("msi_res_id") : Optional.empty())
                .or(() -> rules.profile().isAtLeast(1, 8, 15) ? parameters.get("mi_res_id") : Optional.empty());
        return new IdentityRequest(parameters.get("client_id").orElse(""), resourceId.orElse(""));
    }

    private Explanation ofNoReplay(Pod pod, Outcome outcome, Advice advice, List<Step> way) {
        var account = new ObjectRef("ServiceAccount", new ObjectName(pod.namespace(), Webhook.serviceAccount(pod)));
        return explanation(pod, new Replay(null, null), outcome, null, advice, Set.of(account), way);
    }

    private Explanation explanation(
            Pod pod,
            Replay replay,
            Outcome outcome,
            @Nullable AzureIdentity identity,
            Advice advice,
            Set<ObjectRef> objects,
            List<Step> way) {
        return new Explanation(
                pod,
                rules.profile(),
                outcome,
                advice.summary(),
                identity,
                advice.why(),
                advice.remedies(),
                replay.mic(),
                replay.nmi(),
                Optional.ofNullable(advice.place()).orElse(pod.metadata().position()),
                objects,
                way);
    }
}
