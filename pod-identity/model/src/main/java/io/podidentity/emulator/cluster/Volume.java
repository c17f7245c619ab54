// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cluster;

import org.jspecify.annotations.Nullable;

/**
 * A volume of a pod.
 *
 * @param token the service account token that it projects, null if it holds something else
 * @param authorities the ConfigMap whose {@code ca.crt} it projects beside the token; empty if none
 * @since 0.1.0
 */
public record Volume(String name, @Nullable TokenProjection token, String authorities) {

    /**
     * A token of the pod's service account, as a file.
     *
     * @param path below the mount
     * @param expirationSeconds how long it is valid
     */
    public record TokenProjection(String path, String audience, long expirationSeconds) {}
}
