// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.UUID;

/**
 * Object IDs of service principals of which only the client ID is known.
 *
 * @since 0.1.0
 */
public final class ObjectIds {

    private ObjectIds() {}

    /** Always the same for a client ID. */
    public static String of(String clientId) {
        String name = "object of " + clientId.toLowerCase(Locale.ROOT);
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)).toString();
    }
}
