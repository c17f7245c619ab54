// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.Map;

/**
 * What every object says of itself.
 *
 * @param resourceVersion changes whenever the object does; from the manifest, or else made from its content
 * @param position of the object's first line
 * @since 0.1.0
 */
public record Metadata(
        ObjectName name,
        Map<String, String> labels,
        Map<String, String> annotations,
        String resourceVersion,
        Position position) {

    public Metadata {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
    }

    /** Of an object that no file holds, without labels and annotations. */
    public static Metadata of(String namespace, String name) {
        return new Metadata(new ObjectName(namespace, name), Map.of(), Map.of(), "1", Position.NOWHERE);
    }

    public Metadata withName(ObjectName other) {
        return new Metadata(other, labels, annotations, resourceVersion, position);
    }

    public Metadata withLabels(Map<String, String> others) {
        return new Metadata(name, others, annotations, resourceVersion, position);
    }

    public Metadata withAnnotations(Map<String, String> others) {
        return new Metadata(name, labels, others, resourceVersion, position);
    }
}
