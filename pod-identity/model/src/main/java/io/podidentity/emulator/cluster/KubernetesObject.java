// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

/**
 * An object of the cluster. All of them are immutable, and no component of theirs is null unless it says so.
 *
 * @since 0.1.0
 */
public interface KubernetesObject {

    Metadata metadata();

    default ObjectName name() {
        return metadata().name();
    }

    default String namespace() {
        return metadata().name().namespace();
    }
}
