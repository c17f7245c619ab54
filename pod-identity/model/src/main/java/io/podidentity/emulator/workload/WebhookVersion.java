// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The generations of the webhook that differ in what they inject.
 *
 * @since 0.1.0
 */
public enum WebhookVersion {
    /** Before 1.5.1, which injects a variable even if there is no value for it. */
    V1_0("v1.0.0", "/var/run/secrets/azure/tokens", "azure-identity-token"),
    /** What AKS ran through 2025-07, and its documents still describe. */
    V1_5_1("v1.5.1", "/var/run/secrets/azure/tokens", "azure-identity-token"),
    V1_6_0("v1.6.0", "/var/run/secrets/azure/wi", "token/azure-identity-token");

    /** Of the hash in the name of a volume, so that the name has 63 characters. */
    private static final int HASH_LENGTH = 30;

    /** Of its images, and of those that it injects. */
    final String tag;

    final String mountPath;

    /** The token's file below the mount. */
    final String file;

    WebhookVersion(String tag, String mountPath, String file) {
        this.tag = tag;
        this.mountPath = mountPath;
        this.file = file;
    }

    boolean injectsEmptyValues() {
        return this == V1_0;
    }

    boolean knowsIdentityBindings() {
        return this == V1_6_0;
    }

    String volumeName(String podName) {
        return this == V1_6_0 ? "azure-workload-identity-reserved-" + hash(podName) : "azure-identity-token";
    }

    private static String hash(String podName) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(podName.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }
}
