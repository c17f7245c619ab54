package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.ObstacleAdvice.at;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher.Bypass;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.replay.Replay.NmiPart;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rules.AllRules;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Puts into words what a trace shows, and what to do about it. */
final class PodIdentityAdvice {

    private static final int MAX_PROBLEMS = 10;
    /** Groups of checks: of resource IDs, fields of identities, secrets and client IDs. */
    private static final Set<String> CAUSES = Set.of("C1", "C7", "C8", "C9");

    private final Manifests manifests;
    private final EgressPolicies policies;
    private final ObstacleAdvice obstacles;
    private final MatchRules rules;

    /** Made for the first identity of which Azure gives no token. */
    private @Nullable List<Finding> findings;

    PodIdentityAdvice(Manifests manifests, MatchRules rules, EgressPolicies policies) {
        this.manifests = manifests;
        this.policies = policies;
        this.obstacles = new ObstacleAdvice(manifests, rules);
        this.rules = rules;
    }

    Advice of(PodIdentityTrace trace) {
        PodMatch match = trace.match();
        if (trace.policy().isPresent()) {
            return blocked(trace.pod(), trace.policy().get(), policies);
        }
        NmiPart nmi = trace.replay().nmi();
        if (nmi == null) {
            return hostNetwork(trace.pod());
        }
        if (trace.bypass().isPresent()) {
            return bypassed(trace.pod(), trace.bypass().get());
        }
        return noted(
                match,
                match.obstacle().isPresent()
                        ? obstacles.of(match, match.obstacle().get())
                        : trace.issued().map(chosen -> granted(trace, chosen)).orElseGet(() -> refused(trace, nmi)));
    }

    static Advice blocked(Pod pod, NetworkPolicy policy, EgressPolicies policies) {
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

    private static Advice granted(PodIdentityTrace trace, Chosen chosen) {
        AzureIdentity identity = chosen.identity();
        List<String> remedies = chosen.others().isEmpty()
                ? List.of()
                : List.of("A real cluster picks one of "
                        + Stream.concat(Stream.of(identity), chosen.others().stream())
                                .map(one -> one.name().toString())
                                .collect(Collectors.joining(", "))
                        + " at random: select one by client_id (AZURE_CLIENT_ID).");
        String summary = "a token of " + identity.name() + ", client ID " + identity.clientId();
        return new Advice(summary, trace.facts(), remedies);
    }

    private Advice refused(PodIdentityTrace trace, NmiPart nmi) {
        if (trace.choice() instanceof IdentityChoice.NotFound none) {
            String right = none.nearMiss()
                    .map(AzureIdentity::clientId)
                    .orElseGet(() -> trace.match().identities().stream()
                            .map(AzureIdentity::clientId)
                            .collect(Collectors.joining(" or ")));
            return new Advice(
                    none.nearMiss().isPresent()
                            ? "the request names its identity in a different letter case than the manifest, and NMI's"
                                    + " final comparison is case-sensitive"
                            : "the request names an identity that the pod does not get",
                    trace.facts(),
                    List.of("Ask for client_id=" + right + "."));
        }
        return trace.chosen()
                .flatMap(chosen -> cause(chosen.identity(), trace.facts()))
                .orElseGet(() -> new Advice(
                        "NMI answers " + nmi.status() + ": " + nmi.text(),
                        trace.facts(),
                        List.of(ApplicationSettings.remedyOfCertificate(nmi.text())
                                .orElse("Fix the problem that NMI reports above."))));
    }

    /** What the checks say of the identity and of its secret; the worst first. */
    private Optional<Advice> cause(AzureIdentity identity, List<String> facts) {
        SecretReference secret = identity.clientPassword();
        List<String> objects = List.of(
                "AzureIdentity " + identity.name(), "Secret " + new ObjectName(secret.namespace(), secret.name()));
        return findings().stream()
                .filter(finding -> objects.contains(finding.object()))
                .filter(finding -> CAUSES.contains(finding.about().id()))
                .filter(finding -> !finding.about().rule().equals("resource-id-case"))
                .max(Comparator.comparing(Finding::severity))
                .map(finding -> new Advice(
                        "Azure gives no token of identity " + identity.name() + ": " + finding.message(),
                        facts,
                        List.of(finding.remedy()),
                        finding.position()));
    }

    private synchronized List<Finding> findings() {
        if (findings == null) {
            findings = AllRules.check(new RuleContext(manifests, rules, AzureFacts.NONE));
        }
        return findings;
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
        if (problems.isEmpty()) {
            return advice;
        }
        var why = new ArrayList<>(advice.why());
        problems.stream().map(Problem::toString).forEach(why::add);
        var remedies = new ArrayList<>(advice.remedies());
        remedies.add(0, "Fix the fields named above first.");
        return advice.with(why, remedies);
    }
}
