// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import java.util.Map;

/**
 * Lets pods of its namespace that have any of the labels get tokens of the node's identities from NMI, without a
 * binding.
 *
 * @since 0.1.0
 */
public record AzurePodIdentityException(Metadata metadata, Map<String, String> podLabels) implements KubernetesObject {

    public AzurePodIdentityException {
        podLabels = Map.copyOf(podLabels);
    }
}
