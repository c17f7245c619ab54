// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Cluster;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the manifests say.
 *
 * @param cluster what a cluster of the profile would hold after they were applied
 * @param objects all of them as written, also of kinds that the emulator does not know
 * @param problems fields that were not decoded as intended, in the order of the input
 * @param skipped what of the input was not read
 * @since 0.1.0
 */
public record Manifests(Cluster cluster, List<Manifest> objects, List<Problem> problems, List<Skipped> skipped) {

    public Manifests {
        objects = List.copyOf(objects);
        problems = List.copyOf(problems);
        skipped = List.copyOf(skipped);
    }

    /** What was skipped and what was not decoded as intended, in lines. */
    public List<String> notes() {
        return Stream.concat(skipped.stream(), problems.stream())
                .map(Object::toString)
                .toList();
    }

    /** The same, of which other parts were not read. */
    public Manifests withSkipped(List<Skipped> others) {
        return new Manifests(cluster, objects, problems, others);
    }
}
