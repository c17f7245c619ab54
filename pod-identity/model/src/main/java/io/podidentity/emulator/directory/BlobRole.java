// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The built-in roles that let a principal read blobs.
 *
 * @since 0.1.0
 */
public enum BlobRole {
    READER("Storage Blob Data Reader"),
    CONTRIBUTOR("Storage Blob Data Contributor"),
    OWNER("Storage Blob Data Owner");

    private final String displayName;

    BlobRole(String displayName) {
        this.displayName = displayName;
    }

    public String displayName() {
        return displayName;
    }

    public boolean mayWrite() {
        return this != READER;
    }

    /**
     * The role of that name; letter case is ignored.
     *
     * @throws IllegalArgumentException if there is no such role here
     */
    public static BlobRole named(String displayName) {
        return Arrays.stream(values())
                .filter(role -> role.displayName.equalsIgnoreCase(displayName))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("No role \"" + displayName + "\"; the emulator knows "
                        + Arrays.stream(values()).map(BlobRole::displayName).collect(Collectors.joining(", "))));
    }
}
