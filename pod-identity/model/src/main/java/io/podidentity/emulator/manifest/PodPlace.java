// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.util.List;

/**
 * Where one object describes pods that are made of it. A place is a list of keys from the object; an element of a list
 * is a key such as {@code [0]}. Immutable.
 *
 * @param at the description, such as {@code spec.template}
 * @param labels of the pods, the one that wins first; one at least
 * @param annotations of the pods, the one that wins first; one at least
 * @param accounts where their service account can be named, the one that wins first; one at least
 * @param spec of the pods; that of a form without containers has none
 * @param isTemplate whether {@code at} is a pod, or a pod template as Kubernetes' own kinds have it
 * @since 0.1.0
 */
public record PodPlace(
        List<String> at,
        List<List<String>> labels,
        List<List<String>> annotations,
        List<List<String>> accounts,
        List<String> spec,
        boolean isTemplate) {

    /** The path as people write it, such as {@code spec.tasks[0].template}; empty of the object itself. */
    public String path() {
        return String.join(".", at).replace(".[", "[");
    }

    /** Whether the way there leads through no list, so that one object has one such place. */
    public boolean isFixed() {
        return at.stream().noneMatch(key -> key.startsWith("["));
    }
}
