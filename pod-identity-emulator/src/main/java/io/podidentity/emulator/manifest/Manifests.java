package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Cluster;
import java.util.List;

/**
 * What the manifests say.
 *
 * @param cluster what a cluster of the profile would hold after they were applied
 * @param objects all of them as written, also of kinds that the emulator does not know
 * @param problems fields that were not decoded as intended, in the order of the input
 */
public record Manifests(Cluster cluster, List<Manifest> objects, List<Problem> problems) {

    public Manifests {
        objects = List.copyOf(objects);
        problems = List.copyOf(problems);
    }
}
