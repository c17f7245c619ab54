// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.json;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON as maps in the order of the text, lists, strings, {@code Long}, {@code Double}, {@code Boolean} and null.
 * Reading is strict: one value and nothing behind it, no key twice in an object.
 *
 * <p>Thread-safety: safe. What is read may be changed by the caller.
 *
 * @since 0.1.0
 */
public final class Json {

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Json() {}

    /**
     * Reads an object.
     *
     * @throws ParseException if it is none; the message shows nothing of the text
     */
    public static Map<String, Object> object(String text) throws ParseException {
        if (read(text) instanceof Map<?, ?> object) {
            return cast(object);
        }
        throw new ParseException("A JSON object is expected", 0);
    }

    /**
     * Reads an array.
     *
     * @throws ParseException if it is none; the message shows nothing of the text
     */
    public static List<Object> array(String text) throws ParseException {
        if (read(text) instanceof List<?> array) {
            return new ArrayList<>(array);
        }
        throw new ParseException("A JSON array is expected", 0);
    }

    /** A map, a list or one value as JSON, in one line; what has no form in JSON is written as its text. */
    public static String write(@Nullable Object value) {
        var text = new StringWriter();
        try (JsonGenerator out = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            write(value, out);
        }
        return text.toString();
    }

    private static @Nullable Object read(String text) throws ParseException {
        try (JsonParser in = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            in.nextToken();
            Object value = readValue(in);
            if (in.nextToken() != null) {
                throw new ParseException("There is text behind the JSON", (int)
                        in.currentTokenLocation().getCharOffset());
            }
            return value;
        } catch (JacksonException e) {
            int at = offsetOf(e);
            throw new ParseException("This is no JSON from character " + at + " on", at);
        }
    }

    /** The character at which reading failed; 0 if that is not known. */
    private static int offsetOf(JacksonException failure) {
        if (failure.getLocation() == null) {
            return 0;
        }
        return (int) Math.max(0, failure.getLocation().getCharOffset());
    }

    private static @Nullable Object readValue(JsonParser in) throws ParseException {
        JsonToken token = in.currentToken();
        if (token == null) {
            throw new ParseException("There is no JSON", 0);
        }
        return switch (token) {
            case START_OBJECT -> readMembers(in);
            case START_ARRAY -> readElements(in);
            case VALUE_STRING -> in.getString();
            case VALUE_NUMBER_INT -> readInteger(in);
            case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> null;
        };
    }

    /** As a Double where it does not fit into a Long. */
    private static Number readInteger(JsonParser in) {
        return switch (in.getNumberType()) {
            case INT, LONG -> (Number) in.getLongValue();
            default -> (Number) in.getDoubleValue();
        };
    }

    @SuppressWarnings("NullAway") // JSON has null
    private static Map<String, Object> readMembers(JsonParser in) throws ParseException {
        var object = new LinkedHashMap<String, Object>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String name = in.currentName();
            in.nextToken();
            object.put(name, readValue(in));
        }
        return object;
    }

    private static List<@Nullable Object> readElements(JsonParser in) throws ParseException {
        var array = new ArrayList<@Nullable Object>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            array.add(readValue(in));
        }
        return array;
    }

    @SuppressWarnings("unchecked") // keys of JSON objects are strings
    private static Map<String, Object> cast(Map<?, ?> object) {
        return (Map<String, Object>) object;
    }

    private static void write(@Nullable Object value, JsonGenerator out) {
        if (value instanceof Map<?, ?> object) {
            writeObject(object, out);
        } else if (value instanceof Iterable<?> array) {
            out.writeStartArray();
            array.forEach(element -> write(element, out));
            out.writeEndArray();
        } else if (value instanceof Boolean bool) {
            out.writeBoolean(bool);
        } else if (value instanceof Number number) {
            writeNumber(number, out);
        } else if (value == null) {
            out.writeNull();
        } else {
            out.writeString(value.toString());
        }
    }

    private static void writeObject(Map<?, ?> object, JsonGenerator out) {
        out.writeStartObject();
        object.forEach((name, member) -> {
            out.writeName(String.valueOf(name));
            write(member, out);
        });
        out.writeEndObject();
    }

    private static void writeNumber(Number number, JsonGenerator out) {
        if (number instanceof Integer || number instanceof Long) {
            out.writeNumber(number.longValue());
        } else if (number instanceof BigDecimal decimal) {
            out.writeNumber(decimal.toPlainString());
        } else {
            out.writeNumber(number.doubleValue());
        }
    }
}
