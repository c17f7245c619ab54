// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.podid.check.rule.Finding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finding, its reasons, and what to do about it.
 *
 * @param why facts, each with its place
 * @param place what is to be changed, null if it is the pod
 */
record Advice(
        String summary,
        List<String> why,
        List<String> remedies,
        @Nullable Position place) {

    Advice(String summary, List<String> why, List<String> remedies) {
        this(summary, why, remedies, null);
    }

    static Advice of(Finding finding, List<String> why) {
        return new Advice(finding.message(), why, List.of(finding.remedy()), finding.position());
    }

    /** Where an object is, to be put behind a fact about it. */
    static String at(KubernetesObject object) {
        return " (" + object.metadata().position() + ")";
    }
}
