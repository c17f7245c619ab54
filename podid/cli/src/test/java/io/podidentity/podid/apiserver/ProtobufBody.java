// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.apiserver;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the TokenRequest that kubectl posts, which it writes as Protocol Buffers, into the same form as JSON.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">the encoding</a>
 */
final class ProtobufBody {

    static final String CONTENT_TYPE = "application/vnd.kubernetes.protobuf";

    private static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final int META = 1;
    private static final int SPEC = 2;
    private static final int RAW = 2;

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    /** The fields of a message by number. */
    private record Message(Map<Integer, Field> fields) {}

    /** @param message null for a text or a number */
    private record Field(
            String name, boolean repeated, @Nullable Message message) {}

    private static final Message BOUND_OBJECT = texts("kind", "apiVersion", "name", "uid");

    private static final Message TOKEN_REQUEST = new Message(Map.of(
            1, new Field("audiences", true, null),
            3, new Field("boundObjectRef", false, BOUND_OBJECT),
            4, new Field("expirationSeconds", false, null)));

    /** Its second field is a generated name, which nobody sends here. */
    private static final Message METADATA = texts("name", "generateName", "namespace");

    private final byte[] bytes;
    private int at;

    private ProtobufBody(byte[] bytes, int start) {
        this.bytes = bytes;
        this.at = start;
    }

    private static Message texts(String... names) {
        var fields = new LinkedHashMap<Integer, Field>();
        for (String name : names) {
            fields.put(fields.size() + 1, new Field(name, false, null));
        }
        return new Message(fields);
    }

    /**
     * The object as if it had been JSON.
     *
     * @throws IllegalArgumentException if the bytes cannot be read
     */
    static Map<String, Object> read(byte[] body) {
        if (body.length < MAGIC.length || !Arrays.equals(Arrays.copyOf(body, MAGIC.length), MAGIC)) {
            throw new IllegalArgumentException("The body is no object of Kubernetes as Protocol Buffers");
        }
        byte[] object = new ProtobufBody(body, MAGIC.length).part(RAW);
        byte[] metadata = new ProtobufBody(object, 0).part(META);
        byte[] spec = new ProtobufBody(object, 0).part(SPEC);
        return Map.of(
                "metadata", new ProtobufBody(metadata, 0).message(METADATA),
                "spec", new ProtobufBody(spec, 0).message(TOKEN_REQUEST));
    }

    /** The bytes of a field; none if it is absent. */
    private byte[] part(int number) {
        byte[] found = new byte[0];
        while (at < bytes.length) {
            int tag = Math.toIntExact(varint());
            Object value = value(tag & 7);
            if (tag >>> 3 == number && value instanceof byte[] part) {
                found = part;
            }
        }
        return found;
    }

    private Map<String, Object> message(Message message) {
        var object = new LinkedHashMap<String, Object>();
        while (at < bytes.length) {
            int tag = Math.toIntExact(varint());
            Object value = value(tag & 7);
            Field field = message.fields().get(tag >>> 3);
            if (field == null) {
                continue;
            }
            Object read = value;
            if (value instanceof byte[] part) {
                read = field.message() == null
                        ? new String(part, StandardCharsets.UTF_8)
                        : new ProtobufBody(part, 0).message(field.message());
            }
            if (field.repeated()) {
                var all =
                        new ArrayList<Object>(object.get(field.name()) instanceof List<?> before ? before : List.of());
                all.add(read);
                object.put(field.name(), all);
            } else {
                object.put(field.name(), read);
            }
        }
        return object;
    }

    private Object value(int wireType) {
        return switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> bytes(8);
            case BYTES -> bytes(Math.toIntExact(varint()));
            case FIXED32 -> bytes(4);
            default -> throw new IllegalArgumentException("There is no wire type " + wireType);
        };
    }

    private byte[] bytes(int length) {
        if (length < 0 || length > bytes.length - at) {
            throw new IllegalArgumentException("The body ends within a field");
        }
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE && at < bytes.length; shift += 7) {
            byte next = bytes[at++];
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("The body ends within a number");
    }
}
