// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.UUID;

/**
 * A name below a client, which the client asks for with the parameter {@code fmi_path}. The subject of the token says
 * tenant, client and path. Immutable.
 *
 * @param clientId the client that asks, a blueprint
 * @param path of a blueprint, the client ID of the agent identity that it acts as
 * @since 0.1.0
 */
public record FmiPath(String tenantId, String clientId, String path) {

    private static final String PREFIX = "/eid1/c/pub/t/";

    /** Whether the subject of a token is of this form. */
    public static boolean isSubject(String subject) {
        return subject.startsWith(PREFIX);
    }

    /** The subject of a token, such as {@code /eid1/c/pub/t/9SY2Mv4bzUiJAt39_UThzg/a/7FjA6MU6hkC1jb1zHXuuTw/PATH}. */
    public String subject() {
        return PREFIX + encoded(tenantId) + "/a/" + encoded(clientId) + "/" + path;
    }

    /** In base64url: a GUID as .NET orders its bytes, and any other text as it is. */
    private static String encoded(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(id));
    }

    private static byte[] bytes(String id) {
        UUID guid;
        try {
            guid = UUID.fromString(id);
        } catch (IllegalArgumentException otherName) {
            return id.getBytes(StandardCharsets.UTF_8);
        }
        long high = guid.getMostSignificantBits();
        return ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) (high >>> 32))
                .putShort((short) (high >>> 16))
                .putShort((short) high)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(guid.getLeastSignificantBits())
                .array();
    }
}
