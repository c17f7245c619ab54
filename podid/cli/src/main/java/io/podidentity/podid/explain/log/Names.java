// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a line names: a pod, a binding, a client ID.
 *
 * @param values by the group of the pattern; of a name with its namespace also {@code NAME.ns} and {@code NAME.name}
 */
public record Names(Map<String, String> values) {

    private static final Pattern GROUP = Pattern.compile("\\(\\?<([a-zA-Z]+)>");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z]+(?:\\.[a-z]+)?)\\}");
    private static final Pattern QUALIFIED = Pattern.compile("([a-z0-9.-]+)[/:]([A-Za-z0-9.-]+)");

    /** What no shell takes for more than a word. */
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/@-]{0,250}");

    private static final Map<String, String> UNKNOWN = Map.of("client", "CLIENT_ID", "ns", "NAMESPACE");

    static Names of(Matcher matcher) {
        var values = new LinkedHashMap<String, String>();
        for (String group : groups(matcher.pattern())) {
            String value = matcher.group(group);
            if (value != null) {
                values.put(group, SafeText.of(value));
                Matcher qualified = QUALIFIED.matcher(value);
                if (qualified.matches()) {
                    values.put(group + ".ns", qualified.group(1));
                    values.put(group + ".name", qualified.group(2));
                }
            }
        }
        return new Names(values);
    }

    private static List<String> groups(Pattern pattern) {
        return GROUP.matcher(pattern.pattern())
                .results()
                .map(match -> match.group(1))
                .distinct()
                .toList();
    }

    /** With what the others name beside these. */
    Names and(Names others) {
        var all = new LinkedHashMap<>(others.values);
        all.putAll(values);
        return new Names(all);
    }

    Optional<String> get(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    String in(String sentence) {
        return replaced(sentence, false);
    }

    /** A command with the names in it; what a shell might not take for a word is left to be written. */
    String inCommand(String command) {
        return replaced(command, true);
    }

    private String replaced(String text, boolean ofShell) {
        return PLACE.matcher(text).replaceAll(match -> {
            String name = match.group(1);
            Optional<String> value = Optional.ofNullable(values.get(name))
                    .filter(one -> !ofShell || WORD.matcher(one).matches());
            return Matcher.quoteReplacement(value.orElseGet(() -> unknown(name)));
        });
    }

    private static String unknown(String name) {
        String last = name.substring(name.indexOf('.') + 1);
        if (last.equals("name")) {
            return name.substring(0, name.indexOf('.')).toUpperCase(Locale.ROOT);
        }
        return UNKNOWN.getOrDefault(last, last.toUpperCase(Locale.ROOT));
    }
}
