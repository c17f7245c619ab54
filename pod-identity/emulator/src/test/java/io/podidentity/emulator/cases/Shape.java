// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import io.podidentity.emulator.json.Json;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a runner reads of a value, as JSON with bare names: of an object the members named and no others, {@code *}
 * being any name; of a list elements of one of its shapes; else what a text lists with bars between: {@code text},
 * {@code number}, {@code truth}, {@code json} for anything, or a word. Null is as good as absent, but where the text
 * ends with {@code ?}. What can be meant by one thing only is read as that: a number in quotes or a text without them,
 * one element in place of a list, a name or a word with other capitals, dashes or underscores.
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
            return new Shape(Json.object(json));
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
            object.forEach((written, member) -> {
                Object name = name(members, String.valueOf(written));
                Object known = members.containsKey(name) ? members.get(name) : members.get("*");
                require(known != null, where + "." + written, shape);
                if (member != null || String.valueOf(known).endsWith("?")) {
                    read.put(String.valueOf(name), read(where + "." + written, Objects.requireNonNull(known), member));
                }
            });
            return read;
        }
        if (shape instanceof List<?> shapes) {
            var read = new ArrayList<@Nullable Object>();
            (value instanceof List<?> elements ? elements : Collections.singletonList(value)).forEach(element -> {
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
        return value == null ? null : as((String) shape, value);
    }

    /** The shape's own spelling of a member's name, which may be written with underscores, dashes or capitals. */
    private static Object name(Map<?, ?> members, String written) {
        if (members.containsKey(written)) {
            return written;
        }
        for (Object name : members.keySet()) {
            if (plain(String.valueOf(name)).equals(plain(written))) {
                return name;
            }
        }
        return written;
    }

    private static String plain(String name) {
        return name.replaceAll("[_ -]", "").toLowerCase(Locale.ROOT);
    }

    private static boolean isLike(Object shape, @Nullable Object value) {
        return shape instanceof Map ? value instanceof Map : value instanceof List;
    }

    private static boolean fits(String shape, @Nullable Object value) {
        return value == null ? (shape.endsWith("?") || shape.equals("json")) : as(shape, value) != null;
    }

    /**
     * The value as the first of these that it is, and else as the first that it can be read as: a number in quotes, a
     * text without them, a word in other letters; null if there is none.
     */
    private static @Nullable Object as(String shape, Object value) {
        String[] words = shape.replace("?", "").split("\\|", -1);
        for (String word : words) {
            boolean fits = switch (word) {
                case "text" -> value instanceof String;
                case "number" -> value instanceof Number;
                case "truth" -> value instanceof Boolean;
                case "json" -> true;
                default -> word.equals(value);
            };
            if (fits) {
                return value;
            }
        }
        for (String word : words) {
            Object read = converted(word, value);
            if (read != null) {
                return read;
            }
        }
        return null;
    }

    private static @Nullable Object converted(String word, Object value) {
        String text = String.valueOf(value);
        boolean scalar = value instanceof String || value instanceof Number || value instanceof Boolean;
        return switch (word) {
            case "text" -> scalar ? text : null;
            case "number" -> scalar && text.matches("-?\\d{1,18}") ? Long.valueOf(text) : null;
            case "truth" -> text.matches("(?i)true|false") ? Boolean.valueOf(text) : null;
            default -> scalar && plain(word).equals(plain(text)) ? word : null;
        };
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
