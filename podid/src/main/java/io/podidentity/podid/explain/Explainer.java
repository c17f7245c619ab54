package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.ObstacleAdvice.at;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.match.IdentityMatcher.Bypass;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.replay.Replay.MicPart;
import io.podidentity.emulator.replay.Replay.NmiPart;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Explains the outcome of a pod's token request. It runs the same matcher, MIC and NMI as {@code serve}, on a clock
 * that skips their waits, so that what it says is what happens.
 *
 * <p>Thread-safety: safe.
 */
public final class Explainer {

    /** What a pod asks for if nothing else is said. */
    public static final String DEFAULT_QUERY = "resource=https://storage.azure.com/";

    private static final int MAX_PROBLEMS = 10;

    private final Manifests manifests;
    private final MatchRules rules;
    private final Instant now;
    private final Replay.Stage stage;
    private final Concern concern;
    private final ObstacleAdvice obstacles;

    /** @param now at which log lines begin */
    public Explainer(Manifests manifests, MatchRules rules, Instant now) {
        this.manifests = manifests;
        this.rules = rules;
        this.now = now;
        this.stage = new Replay.Stage(manifests.cluster(), rules);
        this.obstacles = new ObstacleAdvice(manifests, rules);
        this.concern = new Concern(manifests);
    }

    /**
     * Explains one request.
     *
     * @param query as in the URL, without the question mark
     */
    public Explanation explain(Pod pod, String query) {
        if (isOfWorkloadIdentity(pod)) {
            return explain(pod, query, null, null);
        }
        Replay replay = stage.play(pod, now, query);
        return explain(pod, query, replay.mic(), replay.nmi());
    }

    /** As above, but of a pod that is not meant to have an identity it only says so. */
    public Explanation survey(Pod pod, String query) {
        if (concern.isMeant(pod)) {
            return explain(pod, query);
        }
        Optional<Bypass> bypass = rules.profile().hasNmi() && !Concern.isPartOfPodIdentity(pod)
                ? new IdentityMatcher(manifests.cluster(), rules).bypass(pod)
                : Optional.empty();
        if (bypass.isPresent()) {
            return explain(pod, query);
        }
        String summary = Concern.isPartOfPodIdentity(pod)
                ? "it is a part of pod identity itself"
                : "nothing says that it is to have one";
        return new Answer(pod, null, null).of(Outcome.UNRELATED, new Advice(summary, List.of(), List.of()), List.of());
    }

    /** What the pod gets once MIC has finished, in one line. */
    public String brief(Pod pod) {
        Explanation explanation = survey(pod, DEFAULT_QUERY);
        if (explanation.outcome() == Outcome.UNRELATED) {
            return pod.name() + " gets no identity: " + explanation.summary();
        }
        return pod.name() + " gets " + (explanation.outcome() == Outcome.NONE ? "no token: " : "")
                + explanation.summary();
    }

    private boolean isOfWorkloadIdentity(Pod pod) {
        return !rules.profile().hasNmi() || concern.isOfWorkloadIdentity(pod);
    }

    private Explanation explain(Pod pod, String query, @Nullable MicPart mic, @Nullable NmiPart nmi) {
        boolean ofWorkload = isOfWorkloadIdentity(pod);
        EgressPolicies policies =
                new EgressPolicies(manifests.cluster(), ofWorkload ? Profile.WORKLOAD_IDENTITY : rules.profile());
        Optional<NetworkPolicy> policy = policies.blocking(pod);
        if (policy.isPresent()) {
            Advice advice = blocked(pod, policy.get(), policies);
            Step end = Step.end("network", advice.summary());
            return new Answer(pod, mic, null).of(Outcome.NONE, advice, ofWorkload ? List.of(end) : way(pod, end));
        }
        if (ofWorkload) {
            var workload = new WorkloadAdvice(manifests.cluster(), pod);
            return new Answer(pod, null, null).of(workload.outcome(), workload.advice(), workload.way());
        }
        var answer = new Answer(pod, mic, nmi);
        if (nmi == null) {
            Advice advice = hostNetwork(pod);
            return answer.of(Outcome.NODE, advice, way(pod, Step.end("network", advice.summary())));
        }
        var matcher = new IdentityMatcher(manifests.cluster(), rules);
        Optional<Bypass> bypass = matcher.bypass(pod);
        if (bypass.isPresent()) {
            Advice advice = bypassed(pod, bypass.get());
            return answer.of(Outcome.BYPASS, advice, way(pod, Step.end(Step.NMI, advice.summary())));
        }
        PodMatch match = matcher.match(pod);
        if (match.obstacle().isPresent()) {
            Advice advice = obstacles.of(match, match.obstacle().get());
            return answer.of(Outcome.NONE, noted(match, advice), PodIdentityTrace.toNmi(match, advice.summary()));
        }
        IdentityChoice choice = matcher.choose(pod, match.identities(), Queries.identity(query, rules.profile()));
        if (nmi.status() == 200 && choice instanceof Chosen chosen) {
            List<Step> way = PodIdentityTrace.plus(
                    PodIdentityTrace.toNmi(match, ""), PodIdentityTrace.issued(chosen.identity()));
            return answer.of(Outcome.IDENTITY, noted(match, granted(match, chosen)), way, chosen.identity());
        }
        Advice advice = refused(match, choice, nmi);
        Step end = choice instanceof Chosen chosen
                ? PodIdentityTrace.refused(chosen.identity(), advice.summary())
                : Step.end("request", advice.summary());
        return answer.of(
                Outcome.NONE, noted(match, advice), PodIdentityTrace.plus(PodIdentityTrace.toNmi(match, ""), end));
    }

    /** The way of a pod that has its identities, and yet not from NMI. */
    private List<Step> way(Pod pod, Step end) {
        PodMatch match = new IdentityMatcher(manifests.cluster(), rules).match(pod);
        return match.obstacle().isPresent() ? List.of(end) : PodIdentityTrace.beforeNmi(match, end);
    }

    /** What is known of a pod before the verdict. */
    private final class Answer {

        private final Pod pod;
        private final @Nullable MicPart mic;
        private final @Nullable NmiPart nmi;

        Answer(Pod pod, @Nullable MicPart mic, @Nullable NmiPart nmi) {
            this.pod = pod;
            this.mic = mic;
            this.nmi = nmi;
        }

        Explanation of(Outcome outcome, Advice advice, List<Step> way) {
            return of(outcome, advice, way, null);
        }

        Explanation of(Outcome outcome, Advice advice, List<Step> way, @Nullable AzureIdentity identity) {
            Position place = advice.place();
            return new Explanation(
                    pod,
                    rules.profile(),
                    outcome,
                    advice.summary(),
                    identity,
                    advice.why(),
                    advice.remedies(),
                    mic,
                    nmi,
                    place == null ? pod.metadata().position() : place,
                    way);
        }
    }

    private static Advice blocked(Pod pod, NetworkPolicy policy, EgressPolicies policies) {
        return new Advice(
                "the NetworkPolicy " + policy.name() + " keeps it from " + policies.target(),
                List.of(
                        "the policy selects the pod" + at(pod) + ", and lists what it may reach" + at(policy),
                        "needed is " + policies.needed()),
                List.of("Add to spec.egress a rule for " + policies.needed() + "."),
                policy.metadata().position());
    }

    private static Advice hostNetwork(Pod pod) {
        return new Advice(
                "it uses the node's network, so NMI never sees its requests: the real metadata service answers them,"
                        + " with any identity of the node",
                List.of("the pod has hostNetwork: true" + at(pod)),
                List.of("Remove hostNetwork, or name the identity by client_id in each request."));
    }

    private static Advice bypassed(Pod pod, Bypass bypass) {
        AzurePodIdentityException exception = bypass.exception();
        if (exception == null) {
            return new Advice(
                    "NMI takes it for MIC and passes its requests to the node's metadata service: its ReplicaSet's"
                            + " name begins with \"mic\"",
                    List.of("the ReplicaSet is " + pod.replicaSet() + at(pod)),
                    List.of("Give the workload another name, or set NMI's flag --MICNamespace to the namespace in which"
                            + " MIC runs."));
        }
        return new Advice(
                "an exception passes its requests to the node's metadata service: without client_id it gets the"
                        + " node's own identity",
                List.of("exception " + exception.name() + " has one of its labels" + at(exception)),
                List.of(),
                exception.metadata().position());
    }

    private static Advice granted(PodMatch match, Chosen chosen) {
        AzureIdentity identity = chosen.identity();
        String summary = "a token of " + identity.name() + ", client ID " + identity.clientId();
        List<String> remedies = chosen.others().isEmpty()
                ? List.of()
                : List.of("A real cluster picks one of "
                        + Stream.concat(Stream.of(identity), chosen.others().stream())
                                .map(one -> one.name().toString())
                                .collect(Collectors.joining(", "))
                        + " at random: select one by client_id (AZURE_CLIENT_ID).");
        return new Advice(summary, facts(match), remedies);
    }

    private Advice refused(PodMatch match, IdentityChoice choice, NmiPart nmi) {
        if (choice instanceof IdentityChoice.NotFound none && none.nearMiss().isPresent()) {
            return new Advice(
                    "the request names its identity in a different letter case than the manifest, and NMI's final"
                            + " comparison is case-sensitive",
                    facts(match),
                    List.of("Ask for client_id=" + none.nearMiss().get().clientId() + "."));
        }
        if (choice instanceof IdentityChoice.NotFound) {
            return new Advice(
                    "the request names an identity that the pod does not get",
                    facts(match),
                    List.of("Ask for client_id="
                            + match.identities().stream()
                                    .map(AzureIdentity::clientId)
                                    .collect(Collectors.joining(" or "))
                            + "."));
        }
        return Optional.of(choice)
                .filter(Chosen.class::isInstance)
                .flatMap(chosen -> new AzureAdvice(manifests.cluster()).of(((Chosen) chosen).identity(), facts(match)))
                .orElseGet(() -> new Advice(
                        "NMI answers " + nmi.status() + ": " + nmi.text(),
                        facts(match),
                        List.of(ApplicationSettings.remedyOfCertificate(nmi.text())
                                .orElse("Fix the problem that NMI reports above."))));
    }

    private static List<String> facts(PodMatch match) {
        var facts = new ArrayList<String>();
        PodIdentityTrace.label(match.pod()).ifPresent(facts::add);
        for (Candidate candidate : match.candidates()) {
            facts.add(PodIdentityTrace.binding(candidate));
            candidate.granted().map(PodIdentityTrace::identity).ifPresent(facts::add);
        }
        return facts;
    }

    /** A field that was not read as intended is often the underlying cause. */
    private Advice noted(PodMatch match, Advice advice) {
        List<String> objects = match.candidates().stream()
                .flatMap(candidate -> Stream.of(
                        "AzureIdentityBinding " + candidate.binding().name(),
                        "AzureIdentity " + candidate.binding().namespace() + "/"
                                + candidate.binding().azureIdentity()))
                .toList();
        List<Problem> problems = manifests.problems().stream()
                .filter(problem ->
                        objects.contains(problem.object()) || match.candidates().isEmpty())
                .limit(MAX_PROBLEMS)
                .toList();
        var why = new ArrayList<>(advice.why());
        problems.stream().map(Problem::toString).forEach(why::add);
        var remedies = new ArrayList<>(advice.remedies());
        if (!problems.isEmpty()) {
            remedies.add(0, "Fix the fields named above first.");
        }
        return advice.with(why, remedies);
    }
}
