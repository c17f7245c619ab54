package io.podidentity.emulator.cases;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a runner reads of a value, as JSON with bare names: of an object the members named and no others, {@code *}
 * being any name; of a list elements of one of its shapes; else what a text lists with bars between: {@code text},
 * {@code number}, {@code truth}, {@code json} for anything, or a word. Null is as good as absent, but where the text
 * ends with {@code ?}.
 */
final class Shape {

    private static final Set<String> TYPES = Set.of("text", "number", "truth", "json");

    private static final Map<String, Shape> READ = new ConcurrentHashMap<>();

    private final Object shape;

    private Shape(Object shape) {
        this.shape = shape;
    }

    static Shape of(String text) {
        return READ.computeIfAbsent(text, Shape::parse);
    }

    private static Shape parse(String text) {
        String json = text.replace('\'', '"').replaceAll("([{,]\\s*)([\\w.*-]+)\\s*:", "$1\"$2\":");
        try {
            return new Shape(JSONObjectUtils.parse(json));
        } catch (ParseException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    /** The object without the nulls that mean nothing; throws if something in it is not read. */
    Map<String, Object> read(String where, Map<String, Object> object) {
        return Case.object(read(where, shape, object));
    }

    private static @Nullable Object read(String where, Object shape, @Nullable Object value) {
        if (shape instanceof Map<?, ?> members && value instanceof Map<?, ?> object) {
            var read = new LinkedHashMap<String, @Nullable Object>();
            object.forEach((name, member) -> {
                Object known = members.containsKey(name) ? members.get(name) : members.get("*");
                require(known != null, where + "." + name, shape);
                if (member != null || String.valueOf(known).endsWith("?")) {
                    read.put(String.valueOf(name), read(where + "." + name, Objects.requireNonNull(known), member));
                }
            });
            return read;
        }
        if (shape instanceof List<?> shapes && value instanceof List<?> elements) {
            var read = new ArrayList<@Nullable Object>();
            elements.forEach(element -> {
                Object known = shapes.stream()
                        .filter(one -> one instanceof String text ? fits(text, element) : isLike(one, element))
                        .findFirst()
                        .orElse(null);
                require(known != null, where + " with " + element, shape);
                read.add(read(where, Objects.requireNonNull(known), element));
            });
            return read;
        }
        require(shape instanceof String text && fits(text, value), where + " = " + value, shape);
        return value;
    }

    private static boolean isLike(Object shape, @Nullable Object value) {
        return shape instanceof Map ? value instanceof Map : value instanceof List;
    }

    private static boolean fits(String shape, @Nullable Object value) {
        for (String word : shape.replace("?", "").split("\\|", -1)) {
            boolean fits = switch (word) {
                case "text" -> value instanceof String;
                case "number" -> value instanceof Number;
                case "truth" -> value instanceof Boolean;
                case "json" -> true;
                default -> word.equals(value);
            };
            if (fits) {
                return true;
            }
        }
        return value == null && shape.endsWith("?");
    }

    private static void require(boolean condition, String found, Object shape) {
        if (!condition) {
            throw new AssertionError(found + " is nothing that the runner reads. It reads " + shape);
        }
    }

    /** What else could be expected in place of a member: at least one of these is not met. */
    List<Object> others(String member, Object value) {
        if (value instanceof Number && (member.endsWith("LessThan") || member.endsWith("WithinSeconds"))) {
            return List.of(-1L);
        }
        Object known = Case.object(shape).get(member);
        return otherThan(known == null ? "text" : known, value);
    }

    private static List<Object> otherThan(Object shape, Object value) {
        if (value instanceof Boolean truth) {
            return List.of(!truth);
        }
        if (value instanceof Number number) {
            return List.of(number.longValue() * 3 + 7);
        }
        if (value instanceof List<?> list) {
            var longer = new ArrayList<Object>(list);
            longer.add("~more~");
            return List.of(longer);
        }
        if (value instanceof Map<?, ?> object) {
            var changed = new LinkedHashMap<Object, Object>(object);
            object.forEach((name, member) -> {
                if (member != null) {
                    changed.put(name, otherThan("text", member).get(0));
                }
            });
            changed.putIfAbsent("~more~", "~more~");
            return List.of(changed);
        }
        var words = new ArrayList<Object>(List.of(String.valueOf(shape).split("\\|", -1)));
        if (words.stream().anyMatch(TYPES::contains) || words.size() < 2) {
            return List.of(value + "~");
        }
        words.remove(value);
        return words;
    }
}
