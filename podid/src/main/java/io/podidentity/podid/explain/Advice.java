package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A finding, its reasons, and what to do about it.
 *
 * @param summary a sentence
 * @param why facts, each with its place
 * @param remedies sentences
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

    Advice about(KubernetesObject object) {
        return about(object.metadata().position());
    }

    Advice about(Position other) {
        return new Advice(summary, why, remedies, other);
    }

    Advice with(List<String> otherWhy, List<String> otherRemedies) {
        return new Advice(summary, otherWhy, otherRemedies, place);
    }
}
