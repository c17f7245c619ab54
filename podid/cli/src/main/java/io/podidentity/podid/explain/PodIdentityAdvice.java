// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import static io.podidentity.podid.explain.Advice.at;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.SecretReference;
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

/** Puts into words what a trace shows, and what to do about it; in those of the checks where they find the reason. */
record PodIdentityAdvice(Manifests manifests, EgressPolicies policies, Checks checks) {

    private static final int MAX_NAMED = 10;

    /** MIC ignores an identity because of this field alone; a placeholder in another one is not the reason. */
    private static final String RESOURCE_ID = "spec.resourceID";

    Advice of(PodIdentityTrace trace) {
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
                trace.match(),
                trace.match()
                        .obstacle()
                        .map(obstacle -> stopped(trace, obstacle))
                        .or(() -> trace.issued().map(chosen -> granted(trace, chosen)))
                        .orElseGet(() -> refused(trace, nmi)));
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

    private Advice stopped(PodIdentityTrace trace, Obstacle obstacle) {
        var why = new ArrayList<>(trace.facts());
        if (obstacle == Obstacle.NO_BINDING) {
            manifests.cluster().bindings().stream()
                    .limit(MAX_NAMED)
                    .forEach(binding -> why.add("binding " + binding.name() + " has the selector \""
                            + binding.selector() + "\"" + at(binding)));
        }
        return Symptom.of(obstacle).stream()
                .flatMap(symptom -> reasons(trace, symptom))
                .findFirst()
                .map(finding -> Advice.of(finding, why))
                .orElseGet(() -> unjudged(trace.pod(), obstacle, why));
    }

    private Stream<Finding> reasons(PodIdentityTrace trace, Symptom symptom) {
        return checks.about(trace.pod(), objects(trace.match()), symptom)
                .filter(finding -> symptom != Symptom.RESOURCE_ID_MALFORMED
                        || finding.field().equalsIgnoreCase(RESOURCE_ID));
    }

    /** Where no check says anything, such as of a name that a tool is still to put in. */
    private Advice unjudged(Pod pod, Obstacle obstacle, List<String> why) {
        String summary = switch (obstacle) {
            case NO_LABEL -> "it has no label aadpodidbinding, so no identity is looked up for it";
            case NO_NODE -> "the pod is not scheduled to a node yet, and MIC waits until it is";
            case IDENTITY_MISSING -> "the binding names no AzureIdentity of its own namespace";
            case INVALID_RESOURCE_ID -> "MIC ignores the identity, since its resource ID is malformed";
            default -> "no identity is bound to it: what its label or the binding names is not there";
        };
        String remedy = switch (obstacle) {
            case NO_NODE -> "Run kubectl describe pod to see why it is not scheduled.";
            case IDENTITY_MISSING -> "Set spec.azureIdentity of the binding to the name of an AzureIdentity beside it.";
            case INVALID_RESOURCE_ID ->
                "Set spec.resourceID of the identity to what az identity show --query id prints.";
            default -> label(pod);
        };
        return new Advice(summary, why, List.of(remedy));
    }

    /** How to label a pod, or what makes it. */
    private String label(Pod pod) {
        String selectors = manifests.cluster().bindings().stream()
                .map(AzureIdentityBinding::selector)
                .filter(selector -> !selector.isEmpty())
                .distinct()
                .limit(MAX_NAMED)
                .collect(Collectors.joining(" or "));
        return selectors.isEmpty()
                ? "Create an AzureIdentity, and an AzureIdentityBinding whose selector is the pod's label."
                : "Add to " + WorkloadAdvice.labelsOf(pod) + ": aadpodidbinding: " + selectors;
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
                .flatMap(chosen -> cause(trace, chosen.identity()))
                .orElseGet(() -> new Advice(
                        "NMI answers " + nmi.status() + ": " + nmi.text(),
                        trace.facts(),
                        List.of(ApplicationSettings.remedyOfCertificate(nmi.text())
                                .orElse("Fix the problem that NMI reports above."))));
    }

    /** What the checks say of the identity and of its secret; the worst first. */
    private Optional<Advice> cause(PodIdentityTrace trace, AzureIdentity identity) {
        SecretReference secret = identity.clientPassword();
        List<ObjectRef> objects = List.of(
                new ObjectRef("AzureIdentity", identity.name()),
                new ObjectRef("Secret", new ObjectName(secret.namespace(), secret.name())));
        return checks.about(trace.pod(), objects, Symptom.REFUSED_BY_AZURE)
                .filter(finding -> objects.contains(finding.object()))
                .max(Comparator.comparing(Finding::severity))
                .map(finding -> new Advice(
                        "Azure gives no token of identity " + identity.name() + ": " + finding.message(),
                        trace.facts(),
                        List.of(finding.remedy()),
                        finding.position()));
    }

    /** The bindings of the pod's label, and the identities that they name. */
    private static List<ObjectRef> objects(PodMatch match) {
        return match.candidates().stream()
                .map(Candidate::binding)
                .flatMap(binding -> Stream.of(
                        new ObjectRef("AzureIdentityBinding", binding.name()),
                        new ObjectRef("AzureIdentity", new ObjectName(binding.namespace(), binding.azureIdentity()))))
                .toList();
    }

    /** A field that was not read as intended is often the underlying cause. */
    private Advice noted(PodMatch match, Advice advice) {
        List<ObjectRef> objects = objects(match);
        List<String> problems = manifests.problems().stream()
                .filter(problem -> objects.contains(problem.object()) || objects.isEmpty())
                .limit(MAX_NAMED)
                .map(Problem::toString)
                .toList();
        return problems.isEmpty()
                ? advice
                : new Advice(
                        advice.summary(),
                        Stream.concat(advice.why().stream(), problems.stream()).toList(),
                        Stream.concat(Stream.of("Fix the fields named above first."), advice.remedies().stream())
                                .toList(),
                        advice.place());
    }
}
