// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.cases;

import io.podidentity.emulator.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * One question that was put to a real program, and its answer. The files are {@code cases/real-COMPONENT.json}, in our
 * own resources or in the folder that the system property {@code podidentity.cases} names.
 *
 * @param world what the real program ran with
 * @param values what was asked and answered, as the file has it
 * @param exception where we differ on purpose; null if we do not
 */
public record Recorded(
        World world,
        Map<String, Object> values,
        @org.jspecify.annotations.Nullable Excepted exception) {

    private static final String USUAL = " HTTP/1.1\r\nHost: 169.254.169.254\r\nMetadata: true\r\n\r\n";
    private static final String EXCEPTIONS = "real-exceptions.json";

    /**
     * What a program ran with.
     *
     * @param manifests the file in {@code cases/real} without its ending
     * @param without names of objects of that file that were not there
     */
    public record World(String component, String version, List<String> flags, String manifests, List<String> without) {}

    /**
     * Where we differ on purpose.
     *
     * @param instead the values in place of those recorded; of headers only those that differ, null for none; empty if
     *     the answers cannot be compared
     */
    public record Excepted(String reason, Map<String, Object> instead) {}

    /** All cases of a component. */
    public static List<Recorded> of(String component) {
        Map<String, Object> exceptions = exceptions();
        var all = new ArrayList<Recorded>();
        for (Object one : read("real-" + component + ".json")) {
            Map<String, Object> group = Case.object(one);
            var world = new World(
                    component,
                    String.valueOf(group.get("version")),
                    texts(group.get("flags")),
                    String.valueOf(group.get("manifests")),
                    texts(group.get("without")));
            Case.list(group.get("cases"))
                    .forEach(test -> all.add(of(world, Case.object(test), Case.list(exceptions.get("exceptions")))));
        }
        return all;
    }

    private static Recorded of(World world, Map<String, Object> values, List<Object> exceptions) {
        Optional<Excepted> exception = exceptions.stream()
                .map(Case::object)
                .filter(one -> one.get("component").equals(world.component())
                        && one.getOrDefault("version", world.version()).equals(world.version())
                        && values.get("name").toString().matches(one.get("name").toString()))
                .map(one -> new Excepted(one.get("reason").toString(), Case.object(one.get("instead"))))
                .findFirst();
        return new Recorded(world, values, exception.orElse(null));
    }

    /** The reasons for which we may differ, by the word that exceptions name them by. */
    public static Set<String> reasons() {
        return new HashSet<>(Case.object(exceptions().get("reasons")).keySet());
    }

    private static Map<String, Object> exceptions() {
        try {
            return Json.object(text(EXCEPTIONS));
        } catch (ParseException e) {
            throw new IllegalStateException(EXCEPTIONS, e);
        }
    }

    private static List<Object> read(String file) {
        try {
            return Json.array(text(file));
        } catch (ParseException e) {
            throw new IllegalStateException(file, e);
        }
    }

    private static String text(String file) {
        String folder = System.getProperty(Cases.FOLDER_PROPERTY, "");
        Path elsewhere = Path.of(folder, file);
        try {
            if (!folder.isEmpty() && Files.exists(elsewhere)) {
                return Files.readString(elsewhere);
            }
            try (InputStream in = Recorded.class.getResourceAsStream("/cases/" + file)) {
                return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<String> texts(@org.jspecify.annotations.Nullable Object list) {
        return Case.list(list).stream().map(String::valueOf).toList();
    }

    public String text(String key, String otherwise) {
        return String.valueOf(values.getOrDefault(key, otherwise));
    }

    /** The bytes that were sent. */
    public byte[] request() {
        String text = text("request", "");
        return (text.contains("\r\n") ? text : text + USUAL).getBytes(StandardCharsets.ISO_8859_1);
    }

    /** How long the real program took, in seconds. */
    public double waited() {
        Object wait = exception == null ? null : exception.instead().get("wait");
        return ((Number) Objects.requireNonNull(wait == null ? values.get("wait") : wait)).doubleValue();
    }

    /** Whether there is an answer of the real program that ours can be compared with. */
    public boolean isComparable() {
        return exception == null || !exception.instead().isEmpty();
    }

    /** The answer as it was recorded. */
    public RawAnswer recorded() {
        return answer(values);
    }

    /** The answer that we give: the same, unless there is an exception. */
    public RawAnswer ours() {
        if (exception == null) {
            return recorded();
        }
        var ours = new LinkedHashMap<>(values);
        exception.instead().forEach((name, value) -> {
            if (name.equals("headers")) {
                var headers = new LinkedHashMap<String, Object>(Case.object(values.get(name)));
                headers.putAll(Case.object(value));
                headers.values().removeIf(Objects::isNull);
                ours.put(name, headers);
            } else {
                ours.put(name, value);
            }
        });
        return answer(ours);
    }

    private static RawAnswer answer(Map<String, Object> values) {
        var headers = new LinkedHashMap<String, String>();
        Case.object(values.get("headers")).forEach((name, value) -> headers.put(name, String.valueOf(value)));
        return new RawAnswer(
                String.valueOf(values.getOrDefault("status", "")),
                headers,
                String.valueOf(values.getOrDefault("body", "")));
    }

    @Override
    public String toString() {
        return world.component() + " " + world.version()
                + String.join("", world.flags().stream().map(flag -> " " + flag).toList()) + ": " + text("name", "");
    }
}
