package io.podidentity.tokenprovider.cases;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.List;
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
 * itself. Null is as good as absent, unless the text ends with
 * {@code ?}: there it is a value.
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
                JsonNode known = member(shape, member.getKey());
                require(known != null, where + "." + member.getKey(), shape);
                if (!member.getValue().isNull() || isNullable(known)) {
                    read.set(member.getKey(), read(where + "." + member.getKey(), known, member.getValue()));
                }
            });
            return read;
        }
        if (shape.isArray() && value.isArray()) {
            ArrayNode read = MAPPER.createArrayNode();
            for (int i = 0; i < value.size(); i++) {
                JsonNode element = value.get(i);
                String place = where + "[" + i + "]";
                JsonNode known = alternative(shape, element);
                require(known != null, place + " = " + element, shape);
                read.add(read(place, known, element));
            }
            return read;
        }
        require(shape.isTextual() && fits(shape.asText(), value), where + " = " + value, shape);
        return value;
    }

    private static JsonNode member(JsonNode shape, String name) {
        return shape.has(name) ? shape.get(name) : shape.get("*");
    }

    private static JsonNode alternative(JsonNode shapes, JsonNode element) {
        for (JsonNode shape : shapes) {
            if (shape.isTextual() ? fits(shape.asText(), element) : shape.isObject() == element.isObject()) {
                return shape;
            }
        }
        return null;
    }

    private static boolean isNullable(JsonNode shape) {
        return shape.isTextual() && shape.asText().endsWith("?");
    }

    private static boolean fits(String shape, JsonNode value) {
        return value.isNull()
                ? shape.endsWith("?")
                : alternatives(shape).anyMatch(word -> switch (word) {
                    case "text", "failure" -> value.isTextual();
                    case "number" -> value.isNumber();
                    case "truth" -> value.isBoolean();
                    case "texts" -> value.isTextual() || (value.isArray() && all(value, JsonNode::isTextual));
                    case "json" -> true;
                    default -> value.isTextual() && value.asText().equals(word);
                });
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
            throw new AssertionError(found + " is nothing that the runner reads. It reads " + shape);
        }
    }
}
