// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The values that a runner reads, written as JSON with bare names: an object has the members that are named and no
 * others, {@code '*'} standing for any name; the elements of a list fit one of the list's shapes; and a text names what
 * a value may be, with {@code |} between: {@code text}, {@code number}, {@code truth}, {@code texts} for a text or a
 * list of texts, {@code json} for anything, {@code failure} for what another library calls a failure, and else the word
 * itself. Null is as good as absent, unless the text ends with {@code ?}: there it is a value.
 *
 * <p>Whoever writes cases writes them in several ways, so what can be meant by one thing only is read as that: a number
 * in quotes or a text without them, one element in place of a list, a name or a word with other capitals, dashes or
 * underscores, and any value in place of a failure's name. {@code false} there says that there is none.
 */
final class CaseShape {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES, JsonReadFeature.ALLOW_SINGLE_QUOTES)
            .build();
    private static final List<String> TYPES = List.of("text", "number", "truth", "texts", "json", "failure");

    private static final Map<String, CaseShape> READ = new ConcurrentHashMap<>();

    private final JsonNode shape;

    private CaseShape(JsonNode shape) {
        this.shape = shape;
    }

    static CaseShape of(String text) {
        return READ.computeIfAbsent(text, CaseShape::parse);
    }

    private static CaseShape parse(String text) {
        try {
            return new CaseShape(MAPPER.readTree(text.replaceAll("\\s+", " ")));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    /** The value without what is null in it and means nothing. */
    JsonNode read(String where, JsonNode value) {
        return read(where, shape, value);
    }

    private static JsonNode read(String where, JsonNode shape, JsonNode value) {
        if (shape.isObject() && value.isObject()) {
            ObjectNode read = MAPPER.createObjectNode();
            value.properties().forEach(member -> {
                String name = name(shape, member.getKey());
                JsonNode known = member(shape, name);
                require(known != null, where + "." + member.getKey(), shape);
                boolean absent =
                        member.getValue().isNull() ? !isNullable(known) : isNoFailure(known, member.getValue());
                if (!absent) {
                    read.set(name, read(where + "." + member.getKey(), known, member.getValue()));
                }
            });
            return read;
        }
        if (shape.isArray()) {
            ArrayNode read = MAPPER.createArrayNode();
            int i = 0;
            for (JsonNode element : value.isArray() ? value : List.of(value)) {
                String place = value.isArray() ? where + "[" + i++ + "]" : where;
                JsonNode known = alternative(shape, element);
                require(known != null, place + " = " + element, shape);
                read.add(read(place, known, element));
            }
            return read;
        }
        JsonNode read = shape.isTextual() ? as(shape.asText(), value) : null;
        require(read != null, where + " = " + value, shape);
        return read;
    }

    /** The shape's own spelling of a member's name, which may be written with underscores, dashes or capitals. */
    private static String name(JsonNode shape, String written) {
        if (!shape.has(written)) {
            for (String name : (Iterable<String>) shape::fieldNames) {
                if (plain(name).equals(plain(written))) {
                    return name;
                }
            }
        }
        return written;
    }

    private static String plain(String name) {
        return name.replaceAll("[_ -]", "").toLowerCase(Locale.ROOT);
    }

    /** Whether a member says by {@code false} that there is no failure. */
    private static boolean isNoFailure(JsonNode shape, JsonNode value) {
        return value.isBoolean() && !value.asBoolean() && new CaseShape(shape).isFailure();
    }

    private static JsonNode member(JsonNode shape, String name) {
        return shape.has(name) ? shape.get(name) : shape.get("*");
    }

    private static JsonNode alternative(JsonNode shapes, JsonNode element) {
        for (JsonNode shape : shapes) {
            if (shape.isTextual() ? as(shape.asText(), element) != null : shape.isObject() == element.isObject()) {
                return shape;
            }
        }
        return null;
    }

    private static boolean isNullable(JsonNode shape) {
        return shape.isTextual() && shape.asText().endsWith("?");
    }

    /**
     * The value as the first of these that it is, and else as the first that it can be read as; null if there is
     * none.
     */
    private static JsonNode as(String shape, JsonNode value) {
        if (value.isNull()) {
            return shape.endsWith("?") || alternatives(shape).anyMatch("json"::equals) ? value : null;
        }
        List<String> words = alternatives(shape).toList();
        for (boolean exactly : new boolean[] {true, false}) {
            for (String word : words) {
                JsonNode read = exactly ? exactly(word, value) : converted(word, value);
                if (read != null) {
                    return read;
                }
            }
        }
        return null;
    }

    private static JsonNode exactly(String word, JsonNode value) {
        boolean fits = switch (word) {
            case "text", "failure" -> value.isTextual();
            case "number" -> value.isNumber();
            case "truth" -> value.isBoolean();
            case "texts" -> value.isTextual() || (value.isArray() && all(value, JsonNode::isTextual));
            case "json" -> true;
            default -> value.isTextual() && value.asText().equals(word);
        };
        return fits ? value : null;
    }

    /** A number in quotes, a text without them, a word in other letters, a failure in any form. */
    private static JsonNode converted(String word, JsonNode value) {
        String text = value.isValueNode() ? value.asText() : value.toString();
        return switch (word) {
            case "failure" -> TextNode.valueOf(text);
            case "text" -> value.isValueNode() ? TextNode.valueOf(text) : null;
            case "texts" -> value.isArray() ? texts(value) : value.isValueNode() ? TextNode.valueOf(text) : null;
            case "number" ->
                value.isTextual() && text.matches("-?\\d{1,18}") ? LongNode.valueOf(Long.parseLong(text)) : null;
            case "truth" -> text.matches("(?i)true|false") ? BooleanNode.valueOf(Boolean.parseBoolean(text)) : null;
            default -> value.isTextual() && plain(text).equals(plain(word)) ? TextNode.valueOf(word) : null;
        };
    }

    private static JsonNode texts(JsonNode list) {
        ArrayNode texts = MAPPER.createArrayNode();
        list.forEach(element -> texts.add(element.asText()));
        return all(list, JsonNode::isValueNode) ? texts : null;
    }

    private static boolean all(JsonNode list, Predicate<JsonNode> condition) {
        for (JsonNode element : list) {
            if (!condition.test(element)) {
                return false;
            }
        }
        return true;
    }

    private static Stream<String> alternatives(String shape) {
        return Arrays.stream((shape.endsWith("?") ? shape.substring(0, shape.length() - 1) : shape).split("\\|", -1));
    }

    /** The shape of a member; of an object that has members of any name, theirs. */
    CaseShape member(String name) {
        return new CaseShape(Objects.requireNonNull(member(shape, name), name));
    }

    /** The words of a vocabulary; none for a shape that leaves the value open. */
    List<String> words() {
        List<String> words = shape.isTextual() ? alternatives(shape.asText()).toList() : List.of();
        return words.stream().anyMatch(TYPES::contains) ? List.of() : words;
    }

    /** An expectation of this shape that no failure meets. */
    JsonNode success() {
        ObjectNode success = MAPPER.createObjectNode();
        return new CaseShape(shape.path("result")).words().contains("token") ? success.put("result", "token") : success;
    }

    /** Whether a value names a failure, in any words. */
    boolean isFailure() {
        return shape.isTextual() && alternatives(shape.asText()).anyMatch("failure"::equals);
    }

    private static void require(boolean condition, String found, JsonNode shape) {
        if (!condition) {
            throw new UnreadableCase(found + " is nothing that the runner reads. It reads " + shape);
        }
    }
}
