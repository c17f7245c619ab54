// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.match;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which identities a pod gets and why.
 *
 * @param candidates all bindings of the pod's label, by namespace and name
 * @param podObstacle what the pod itself lacks, null if it has a label, a node and a binding
 * @since 0.1.0
 */
public record PodMatch(
        Pod pod, List<Candidate> candidates, @Nullable Obstacle podObstacle) {

    /** The bindings that give the pod an identity. */
    public List<Candidate> granted() {
        return candidates.stream().filter(Candidate::isGranted).toList();
    }

    /** The identities that the pod gets, by binding; upstream is in no order before 1.8.1. */
    public List<AzureIdentity> identities() {
        return candidates.stream()
                .flatMap(candidate -> candidate.granted().stream())
                .toList();
    }

    /** The first reason why the pod gets no identity at all; empty if it gets one. */
    public Optional<Obstacle> obstacle() {
        if (!identities().isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(podObstacle)
                .or(() -> candidates.stream()
                        .map(Candidate::obstacle)
                        .filter(Objects::nonNull)
                        .findFirst());
    }
}
