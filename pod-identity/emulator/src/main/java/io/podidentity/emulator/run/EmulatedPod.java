// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.run;

import java.net.URI;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A pod of the emulated cluster, as a program on this machine can play it. Immutable.
 *
 * @param namespace not null
 * @param name not null
 * @param imds the metadata service as this pod sees it, without a trailing slash; not null
 * @param environment the variables that a program in the pod would see; not null, unmodifiable
 * @param refusal why the cluster does not create the pod; empty if it does
 * @since 0.1.0
 */
public record EmulatedPod(
        String namespace, String name, URI imds, Map<String, String> environment, Optional<String> refusal) {

    /**
     * Makes a pod.
     *
     * @throws NullPointerException if an argument is null
     */
    public EmulatedPod {
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    }
}
