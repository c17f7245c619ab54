// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.Cluster;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides which identities pods get, as MIC and NMI of the profile do. Where they choose at random, this class goes by
 * the order of namespaces and names. Without MIC, a pod without the label is like one with an empty label, which an
 * empty selector matches. Pods need no node then, and malformed resource IDs are accepted. Immutable.
 *
 * @since 0.1.0
 */
public record IdentityMatcher(Cluster cluster, MatchRules rules) {

    /** All identities that the pod gets, or why it gets none. */
    public PodMatch match(Pod pod) {
        Optional<Obstacle> obstacle = rules.profile().hasMic() ? obstacleOf(pod) : Optional.empty();
        if (obstacle.isPresent()) {
            return new PodMatch(pod, List.of(), obstacle.get());
        }
        String label = pod.bindingLabel().orElse("");
        List<Candidate> candidates = cluster.bindings(label).stream()
                .map(binding -> candidate(pod, binding))
                .toList();
        return new PodMatch(pod, withoutCollisions(candidates), candidates.isEmpty() ? absence(pod) : null);
    }

    /** What the pod itself lacks. */
    private static Optional<Obstacle> obstacleOf(Pod pod) {
        Optional<String> label = pod.bindingLabel();
        if (label.isEmpty()) {
            return Optional.of(Obstacle.NO_LABEL);
        }
        if (label.get().isEmpty()) {
            return Optional.of(Obstacle.EMPTY_LABEL);
        }
        return pod.spec().nodeName().isEmpty() ? Optional.of(Obstacle.NO_NODE) : Optional.empty();
    }

    private static Obstacle absence(Pod pod) {
        return pod.bindingLabel().isEmpty() ? Obstacle.NO_LABEL : Obstacle.NO_BINDING;
    }

    private Candidate candidate(Pod pod, AzureIdentityBinding binding) {
        var name = new ObjectName(binding.namespace(), binding.azureIdentity());
        Optional<AzureIdentity> identity = cluster.find(AzureIdentity.class, name);
        Optional<Obstacle> obstacle = obstacleOf(pod, binding, identity);
        return new Candidate(binding, identity.orElse(null), obstacle.orElse(null));
    }

    /** What keeps the pod from the identity that the binding names. */
    private Optional<Obstacle> obstacleOf(Pod pod, AzureIdentityBinding binding, Optional<AzureIdentity> identity) {
        // MIC looks up the identity first; without MIC, NMI knows the bindings of the pod's namespace alone.
        if (!rules.profile().hasMic()
                && rules.forceNamespaced()
                && !binding.namespace().equals(pod.namespace())) {
            return Optional.of(Obstacle.OTHER_NAMESPACE);
        }
        if (identity.isEmpty()) {
            return Optional.of(Obstacle.IDENTITY_MISSING);
        }
        if (isIgnored(identity.get())) {
            return Optional.of(Obstacle.INVALID_RESOURCE_ID);
        }
        return mayUse(pod, identity.get()) ? Optional.empty() : Optional.of(Obstacle.OTHER_NAMESPACE);
    }

    /** The identities that MIC treats as if they did not exist. */
    public List<AzureIdentity> ignored() {
        return cluster.derived(
                AzureIdentity.class,
                rules,
                all -> all.stream().filter(this::isIgnored).toList());
    }

    /** Whether MIC treats the identity as if it did not exist, since its resource ID is malformed; from 1.6.0. */
    public boolean isIgnored(AzureIdentity identity) {
        return rules.profile().hasMic()
                && rules.profile().isAtLeast(1, 6, 0)
                && identity.isManagedIdentity()
                && !IdentityResourceId.isWellFormed(identity.resourceId());
    }

    /**
     * Assigned identities of a pod are told apart by the identity's name alone, so of identities with equal names one
     * remains: the last by the binding's namespace and name, and from 1.8.1 on the first.
     */
    private List<Candidate> withoutCollisions(List<Candidate> candidates) {
        BinaryOperator<Candidate> winner =
                rules.profile().isAtLeast(1, 8, 1) ? (first, last) -> first : (first, last) -> last;
        Map<String, Candidate> winners = candidates.stream()
                .filter(Candidate::isGranted)
                .collect(Collectors.toMap(
                        candidate -> candidate.binding().azureIdentity(), Function.identity(), winner));
        return candidates.stream()
                .map(candidate -> withoutCollision(candidate, winners))
                .toList();
    }

    private static Candidate withoutCollision(Candidate candidate, Map<String, Candidate> winners) {
        boolean loses = candidate.isGranted() && !winners.containsValue(candidate);
        return loses ? candidate.withObstacle(Obstacle.NAME_COLLISION) : candidate;
    }

    /** Why NMI would ask IMDS for the pod without any binding; empty if it would not. */
    public Optional<Bypass> bypass(Pod pod) {
        if (pod.namespace().equals(rules.micNamespace()) && pod.replicaSet().startsWith("mic")) {
            return Optional.of(new Bypass(null));
        }
        return cluster.exceptions().stream()
                .filter(exception -> covers(exception, pod))
                .map(Bypass::new)
                .findFirst();
    }

    private static boolean covers(AzurePodIdentityException exception, Pod pod) {
        return exception.namespace().equals(pod.namespace())
                && exception.podLabels().entrySet().stream().anyMatch(label -> has(pod, label));
    }

    private static boolean has(Pod pod, Map.Entry<String, String> label) {
        return label.getValue().equalsIgnoreCase(pod.labels().get(label.getKey()));
    }

    /**
     * Which of the identities that a pod has got answers one token request.
     *
     * @param available the first fitting one is taken
     */
    public IdentityChoice choose(Pod pod, List<AzureIdentity> available, IdentityRequest request) {
        List<AzureIdentity> usable =
                available.stream().filter(identity -> mayUse(pod, identity)).toList();
        List<AzureIdentity> fitting =
                usable.stream().filter(identity -> fits(request, identity)).toList();
        if (!fitting.isEmpty()) {
            return new IdentityChoice.Chosen(fitting.get(0), fitting.subList(1, fitting.size()));
        }
        if (request.isAny()) {
            return new IdentityChoice.NoneLeft();
        }
        return new IdentityChoice.NotFound(
                usable.stream().filter(request::isMetBy).findFirst());
    }

    /** From 1.6.0 on NMI compares exactly here, although its wait for the identity ignores letter case. */
    private boolean fits(IdentityRequest request, AzureIdentity identity) {
        return rules.profile().isAtLeast(1, 6, 0) ? request.isMetExactlyBy(identity) : request.isMetBy(identity);
    }

    /** Whether namespaces let the pod have the identity. */
    private boolean mayUse(Pod pod, AzureIdentity identity) {
        return !(rules.forceNamespaced() || identity.isNamespaced())
                || identity.namespace().equals(pod.namespace());
    }

    /**
     * Why NMI asks IMDS for a pod without looking for an identity of it.
     *
     * @param exception the one that covers the pod; null if the pod is taken for MIC by its ReplicaSet's name
     */
    public record Bypass(@Nullable AzurePodIdentityException exception) {}
}
