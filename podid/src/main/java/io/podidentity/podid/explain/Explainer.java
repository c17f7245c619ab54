package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.ObstacleAdvice.at;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.match.Bypass;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.replay.MicPart;
import io.podidentity.emulator.replay.NmiPart;
import io.podidentity.emulator.replay.Replay;
import io.podidentity.podid.explain.Explanation.Outcome;
import java.time.Duration;
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

    private final Manifests manifests;
    private final MatchRules rules;
    private final Instant now;

    /** @param now at which log lines begin */
    public Explainer(Manifests manifests, MatchRules rules, Instant now) {
        this.manifests = manifests;
        this.rules = rules;
        this.now = now;
    }

    /**
     * Explains one request.
     *
     * @param query as in the URL, without the question mark
     */
    public Explanation explain(Pod pod, String query) {
        Replay replay = Replay.of(manifests.cluster(), pod, rules, now, query);
        return explain(pod, query, replay.mic(), replay.nmi());
    }

    /**
     * What the pod gets once MIC has finished, if every token can be fetched, in one line; runs neither MIC nor NMI.
     */
    public String brief(Pod pod) {
        NmiPart well = Replay.reachesNmi(pod, rules) ? new NmiPart(200, "", Duration.ZERO, List.of()) : null;
        Explanation explanation = explain(pod, DEFAULT_QUERY, null, well);
        return pod.name() + " gets " + (explanation.outcome() == Outcome.NONE ? "no token: " : "")
                + explanation.summary();
    }

    private Explanation explain(Pod pod, String query, @Nullable MicPart mic, @Nullable NmiPart nmi) {
        var matcher = new IdentityMatcher(manifests.cluster(), rules);
        PodMatch match = matcher.match(pod);
        if (!rules.profile().hasNmi()) {
            var workload = new WorkloadAdvice(manifests.cluster(), pod);
            return with(pod, workload.outcome(), workload.advice(), null, null, null);
        }
        if (nmi == null) {
            return with(pod, Outcome.NODE, hostNetwork(pod), null, mic, null);
        }
        Optional<Bypass> bypass = matcher.bypass(pod);
        if (bypass.isPresent()) {
            return with(pod, Outcome.BYPASS, bypassed(pod, bypass.get()), null, mic, nmi);
        }
        if (match.obstacle().isPresent()) {
            Obstacle obstacle = match.obstacle().get();
            return with(
                    pod,
                    Outcome.NONE,
                    noted(match, new ObstacleAdvice(manifests, rules).of(match, obstacle)),
                    null,
                    mic,
                    nmi);
        }
        IdentityChoice choice = matcher.choose(pod, match.identities(), Queries.identity(query, rules.profile()));
        if (nmi.status() == 200 && choice instanceof Chosen chosen) {
            return with(pod, Outcome.IDENTITY, noted(match, granted(match, chosen)), chosen.identity(), mic, nmi);
        }
        return with(pod, Outcome.NONE, noted(match, refused(match, choice, nmi)), null, mic, nmi);
    }

    private Explanation with(
            Pod pod,
            Outcome outcome,
            Advice advice,
            @Nullable AzureIdentity identity,
            @Nullable MicPart mic,
            @Nullable NmiPart nmi) {
        return new Explanation(
                pod, rules.profile(), outcome, advice.summary(), identity, advice.why(), advice.remedies(), mic, nmi);
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
                List.of());
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

    private static Advice refused(PodMatch match, IdentityChoice choice, NmiPart nmi) {
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
        return new Advice(
                "NMI answers " + nmi.status() + ": " + nmi.text(),
                facts(match),
                List.of("Fix the problem that NMI reports above."));
    }

    private static List<String> facts(PodMatch match) {
        var facts = new ArrayList<String>();
        match.pod()
                .bindingLabel()
                .ifPresent(label -> facts.add("the pod has the label aadpodidbinding: " + label + at(match.pod())));
        for (Candidate candidate : match.candidates()) {
            facts.add("binding " + candidate.binding().name() + " has that selector and names identity "
                    + candidate.binding().azureIdentity() + at(candidate.binding()));
            candidate
                    .granted()
                    .ifPresent(identity -> facts.add(
                            "identity " + identity.name() + " is " + IdentityTypes.describe(identity) + at(identity)));
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
                .toList();
        var why = new ArrayList<>(advice.why());
        problems.stream().map(Problem::toString).forEach(why::add);
        var remedies = new ArrayList<>(advice.remedies());
        if (!problems.isEmpty()) {
            remedies.add(0, "Fix the fields named above first.");
        }
        return new Advice(advice.summary(), why, remedies);
    }
}
