// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.Advice.placeOf;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.manifest.Problem;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.EgressPolicies;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityChoice.Chosen;
import io.podidentity.emulator.match.IdentityMatcher.Bypass;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.emulator.match.PodMatch;
import io.podidentity.emulator.replay.Replay.NmiPart;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Symptom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says what a trace shows, and what to do about it. Where a rule of {@code check} knows the reason, the advice has that
 * rule's words. Thread-safe.
 *
 * @param policiesToNmi which network policies keep pods from NMI
 */
record PodIdentityAdvice(Manifests manifests, EgressPolicies policiesToNmi, CheckFindings findings) {

    private static final int MAX_NAMED = 10;

    /** MIC ignores an identity because of this field alone; a placeholder in another one is not the reason. */
    private static final String RESOURCE_ID = "spec.resourceID";

    Advice advise(PodIdentityTrace trace) {
        if (trace.blockingPolicy().isPresent()) {
            return adviseOnPolicy(trace.pod(), trace.blockingPolicy().get(), policiesToNmi);
        }
        Optional<NmiPart> nmi = trace.nmi();
        if (nmi.isEmpty()) {
            return adviseOnHostNetwork(trace.pod());
        }
        if (trace.bypass().isPresent()) {
            return adviseOnBypass(trace.pod(), trace.bypass().get());
        }
        return withProblems(trace.match(), adviseOnAnswer(trace, nmi.get()));
    }

    private Advice adviseOnAnswer(PodIdentityTrace trace, NmiPart nmi) {
        Optional<Obstacle> obstacle = trace.match().obstacle();
        if (obstacle.isPresent()) {
            return adviseOnObstacle(trace, obstacle.get());
        }
        return trace.issued().map(chosen -> adviseOnToken(trace, chosen)).orElseGet(() -> adviseOnRefusal(trace, nmi));
    }

    /**
     * Of a pod that a network policy keeps from what gives it tokens.
     *
     * @param policies those that the policy was found with, to NMI or to Entra ID
     */
    static Advice adviseOnPolicy(Pod pod, NetworkPolicy policy, EgressPolicies policies) {
        return Advice.onPlace(
                policy.metadata().position(),
                "the NetworkPolicy " + policy.name() + " keeps it from " + policies.target(),
                List.of(
                        "the policy selects the pod" + placeOf(pod) + ", and lists what it may reach" + placeOf(policy),
                        "needed is " + policies.needed()),
                List.of("Add to spec.egress a rule for " + policies.needed() + "."));
    }

    private static Advice adviseOnHostNetwork(Pod pod) {
        return Advice.onPod(
                "it uses the node's network, so NMI never sees its requests: the real metadata service answers them,"
                        + " with any identity of the node",
                List.of("the pod has hostNetwork: true" + placeOf(pod)),
                List.of("Remove hostNetwork, or name the identity by client_id in each request."));
    }

    private static Advice adviseOnBypass(Pod pod, Bypass bypass) {
        AzurePodIdentityException exception = bypass.exception();
        if (exception == null) {
            // NMI tells MIC from other pods by the namespace and by this beginning of the name, and by nothing else.
            return Advice.onPod(
                    "NMI takes it for MIC and passes its requests to the node's metadata service: its ReplicaSet's"
                            + " name begins with \"mic\"",
                    List.of("the ReplicaSet is " + pod.replicaSet() + placeOf(pod)),
                    List.of("Give the workload another name, or set NMI's flag --MICNamespace to the namespace in which"
                            + " MIC runs."));
        }
        return Advice.onPlace(
                exception.metadata().position(),
                "an exception passes its requests to the node's metadata service: without client_id it gets the"
                        + " node's own identity",
                List.of("exception " + exception.name() + " has one of its labels" + placeOf(exception)),
                List.of());
    }

    private Advice adviseOnObstacle(PodIdentityTrace trace, Obstacle obstacle) {
        var why = new ArrayList<>(trace.facts());
        if (obstacle == Obstacle.NO_BINDING) {
            manifests.cluster().bindings().stream()
                    .limit(MAX_NAMED)
                    .map(PodIdentityAdvice::describeSelector)
                    .forEach(why::add);
        }
        return Symptom.of(obstacle).stream()
                .flatMap(symptom -> findReasons(trace, symptom))
                .findFirst()
                .map(finding -> Advice.fromFinding(finding, why))
                .orElseGet(() -> adviseWithoutFinding(trace.pod(), obstacle, why));
    }

    private static String describeSelector(AzureIdentityBinding binding) {
        return "binding " + binding.name() + " has the selector \"" + binding.selector() + "\"" + placeOf(binding);
    }

    private Stream<Finding> findReasons(PodIdentityTrace trace, Symptom symptom) {
        Stream<Finding> reasons = findings.findReasons(trace.pod(), bindingsAndIdentities(trace.match()), symptom);
        if (symptom != Symptom.RESOURCE_ID_MALFORMED) {
            return reasons;
        }
        return reasons.filter(finding -> finding.field().equalsIgnoreCase(RESOURCE_ID));
    }

    /** Advice where no rule says anything, such as of a name that a tool is still to put in. */
    private Advice adviseWithoutFinding(Pod pod, Obstacle obstacle, List<String> why) {
        return switch (obstacle) {
            case NO_LABEL ->
                Advice.onPod(
                        "it has no label aadpodidbinding, so no identity is looked up for it",
                        why,
                        List.of(adviseLabel(pod)));
            case NO_NODE ->
                Advice.onPod(
                        "the pod is not scheduled to a node yet, and MIC waits until it is",
                        why,
                        List.of("Run kubectl describe pod to see why it is not scheduled."));
            case IDENTITY_MISSING ->
                Advice.onPod(
                        "the binding names no AzureIdentity of its own namespace",
                        why,
                        List.of("Set spec.azureIdentity of the binding to the name of an AzureIdentity beside it."));
            case INVALID_RESOURCE_ID ->
                Advice.onPod(
                        "MIC ignores the identity, since its resource ID is malformed",
                        why,
                        List.of("Set spec.resourceID of the identity to what az identity show --query id prints."));
            case EMPTY_LABEL, NO_BINDING, OTHER_NAMESPACE, NAME_COLLISION ->
                Advice.onPod(
                        "no identity is bound to it: what its label or the binding names is not there",
                        why,
                        List.of(adviseLabel(pod)));
        };
    }

    /** Which label to give the pod, or what makes it, so that one of the bindings selects it. */
    private String adviseLabel(Pod pod) {
        String selectors = manifests.cluster().bindings().stream()
                .map(AzureIdentityBinding::selector)
                .filter(selector -> !selector.isEmpty())
                .distinct()
                .limit(MAX_NAMED)
                .collect(Collectors.joining(" or "));
        if (selectors.isEmpty()) {
            return "Create an AzureIdentity, and an AzureIdentityBinding whose selector is the pod's label.";
        }
        return "Add to " + WorkloadAdvice.describeLabelsOf(pod) + ": aadpodidbinding: " + selectors;
    }

    private static Advice adviseOnToken(PodIdentityTrace trace, Chosen chosen) {
        AzureIdentity identity = chosen.identity();
        String summary = "a token of " + identity.name() + ", client ID " + identity.clientId();
        if (chosen.others().isEmpty()) {
            return Advice.onPod(summary, trace.facts(), List.of());
        }
        String names = Stream.concat(Stream.of(identity), chosen.others().stream())
                .map(candidate -> candidate.name().toString())
                .collect(Collectors.joining(", "));
        return Advice.onPod(
                summary,
                trace.facts(),
                List.of("A real cluster picks one of " + names
                        + " at random: select one by client_id (AZURE_CLIENT_ID)."));
    }

    private Advice adviseOnRefusal(PodIdentityTrace trace, NmiPart nmi) {
        if (trace.choice() instanceof IdentityChoice.NotFound notFound) {
            return adviseOnClientId(trace, notFound);
        }
        return trace.chosen()
                .flatMap(chosen -> findCauseInAzure(trace, chosen.identity()))
                .orElseGet(() -> Advice.onPod(
                        "NMI answers " + nmi.status() + ": " + nmi.text(),
                        trace.facts(),
                        List.of(ApplicationSettings.remedyOfCertificate(nmi.text())
                                .orElse("Fix the problem that NMI reports above."))));
    }

    /** Of a request that names an identity which is none of the pod's. */
    private static Advice adviseOnClientId(PodIdentityTrace trace, IdentityChoice.NotFound notFound) {
        Optional<AzureIdentity> nearMiss = notFound.nearMiss();
        if (nearMiss.isPresent()) {
            return Advice.onPod(
                    "the request names its identity in a different letter case than the manifest, and NMI's"
                            + " final comparison is case-sensitive",
                    trace.facts(),
                    List.of("Ask for client_id=" + nearMiss.get().clientId() + "."));
        }
        String clientIds =
                trace.match().identities().stream().map(AzureIdentity::clientId).collect(Collectors.joining(" or "));
        return Advice.onPod(
                "the request names an identity that the pod does not get",
                trace.facts(),
                List.of("Ask for client_id=" + clientIds + "."));
    }

    /** What the rules say of the identity and of its secret; the worst first. */
    private Optional<Advice> findCauseInAzure(PodIdentityTrace trace, AzureIdentity identity) {
        List<ObjectRef> objects = PodIdentityTrace.objectsOf(identity);
        return findings.findReasons(trace.pod(), objects, Symptom.REFUSED_BY_AZURE)
                .filter(finding -> objects.contains(finding.object()))
                .max(Comparator.comparing(Finding::severity))
                .map(finding -> Advice.onPlace(
                        finding.position(),
                        "Azure gives no token of identity " + identity.name() + ": " + finding.message(),
                        trace.facts(),
                        List.of(finding.remedy())));
    }

    /** The bindings of the pod's label, and the identities that they name, whether these exist or not. */
    private static List<ObjectRef> bindingsAndIdentities(PodMatch match) {
        return match.candidates().stream()
                .map(Candidate::binding)
                .flatMap(PodIdentityAdvice::bindingAndIdentity)
                .toList();
    }

    private static Stream<ObjectRef> bindingAndIdentity(AzureIdentityBinding binding) {
        return Stream.of(
                new ObjectRef("AzureIdentityBinding", binding.name()),
                new ObjectRef("AzureIdentity", new ObjectName(binding.namespace(), binding.azureIdentity())));
    }

    /**
     * The advice with the fields that were not read as intended, which are often the underlying cause. Where no binding
     * has the pod's label, a misspelled field of any object can be the cause.
     */
    private Advice withProblems(PodMatch match, Advice advice) {
        List<ObjectRef> objects = bindingsAndIdentities(match);
        List<String> problems = manifests.problems().stream()
                .filter(problem -> objects.isEmpty() || objects.contains(problem.object()))
                .limit(MAX_NAMED)
                .map(Problem::toString)
                .toList();
        if (problems.isEmpty()) {
            return advice;
        }
        var why = new ArrayList<>(advice.why());
        why.addAll(problems);
        var remedies = new ArrayList<String>();
        remedies.add("Fix the fields named above first.");
        remedies.addAll(advice.remedies());
        return new Advice(advice.summary(), why, remedies, advice.place());
    }
}
