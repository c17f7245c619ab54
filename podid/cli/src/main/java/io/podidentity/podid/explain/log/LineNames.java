// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a line of a log names: a pod, a binding, a client ID. Immutable.
 *
 * @param values by the group of the pattern, such as {@code pod}; of a name with its namespace also {@code pod.ns} and
 *     {@code pod.name}
 */
public record LineNames(Map<String, String> values) {

    private static final Pattern GROUP = Pattern.compile("\\(\\?<([a-zA-Z]+)>");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+(?:\\.[a-z]+)?)\\}");
    private static final Pattern QUALIFIED = Pattern.compile("(?<namespace>[a-z0-9.-]+)[/:](?<name>[A-Za-z0-9.-]+)");

    /** What no shell takes for more than a word. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,250}");

    private static final Map<String, String> UNKNOWN = Map.of("client", "CLIENT_ID", "ns", "NAMESPACE");

    /** @param matcher of a known line, that has found the line in a message */
    static LineNames fromGroups(Matcher matcher) {
        var values = new LinkedHashMap<String, String>();
        for (String group : groups(matcher.pattern())) {
            String value = matcher.group(group);
            if (value != null) {
                addValue(values, group, value);
            }
        }
        return new LineNames(values);
    }

    private static void addValue(Map<String, String> values, String group, String value) {
        values.put(group, SafeText.redact(value));
        Matcher qualified = QUALIFIED.matcher(value);
        if (qualified.matches()) {
            values.put(group + ".ns", qualified.group("namespace"));
            values.put(group + ".name", qualified.group("name"));
        }
    }

    /** The named groups of a pattern, which Java 17 itself does not tell. */
    private static List<String> groups(Pattern pattern) {
        return GROUP.matcher(pattern.pattern())
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
    }

    /** These, and of the others those of which there is none here. */
    LineNames withMissingFrom(LineNames others) {
        var all = new LinkedHashMap<>(others.values);
        all.putAll(values);
        return new LineNames(all);
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    /** A sentence with the names in it. */
    String fillIn(String sentence) {
        return fillIn(sentence, value -> true);
    }

    /** A command with the names in it; what a shell might not take for a word is left for the user to write. */
    String fillInCommand(String command) {
        return fillIn(command, value -> WORD.matcher(value).matches());
    }

    private String fillIn(String text, Predicate<String> isUsable) {
        return PLACE.matcher(text).replaceAll(place -> valueOf(place, isUsable));
    }

    private String valueOf(MatchResult place, Predicate<String> isUsable) {
        String name = place.group(1);
        String value = Optional.ofNullable(values.get(name)).filter(isUsable).orElseGet(() -> placeholder(name));
        return Matcher.quoteReplacement(value);
    }

    /** A word in capitals, such as POD for {@code pod.name}. */
    private static String placeholder(String name) {
        String last = name.substring(name.indexOf('.') + 1);
        if (last.equals("name")) {
            return name.substring(0, name.indexOf('.')).toUpperCase(Locale.ROOT);
        }
        return UNKNOWN.getOrDefault(last, last.toUpperCase(Locale.ROOT));
    }
}
