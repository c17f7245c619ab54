// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.podid.check.rule.Finding;
import java.util.List;
import java.util.Optional;

/**
 * The verdict on one pod, its reasons, and what to do about it. Immutable.
 *
 * @param summary the verdict, without a full stop
 * @param why facts that lead to the verdict, each with its place
 * @param remedies what to change, a sentence or a command each; empty if nothing must be changed
 * @param place what is to be changed; empty if that is the pod itself
 */
public record Advice(String summary, List<String> why, List<String> remedies, Optional<Position> place) {

    /** Advice on the pod itself. */
    static Advice onPod(String summary, List<String> why, List<String> remedies) {
        return new Advice(summary, why, remedies, Optional.empty());
    }

    /** Advice on another object than the pod, at its place. */
    static Advice onPlace(Position place, String summary, List<String> why, List<String> remedies) {
        return new Advice(summary, why, remedies, Optional.of(place));
    }

    /** What a rule of {@code check} says of the same mistake, so that both commands use the same words. */
    static Advice fromFinding(Finding finding, List<String> why) {
        return onPlace(finding.position(), finding.message(), why, List.of(finding.remedy()));
    }

    /** The place of an object in brackets, to be appended to a fact about the object. */
    static String placeOf(KubernetesObject object) {
        return " (" + object.metadata().position() + ")";
    }
}
