// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A call of the metadata service for a token, in a script.
 *
 * @param location the argument, or the field of a ConfigMap, that has it
 * @param command the line, with those that continue it
 * @param quoted whether a shell takes the URL as one word
 */
record MetadataCall(FieldLocation location, String script, String command, String url, boolean quoted) {

    private static final Pattern URL = Pattern.compile(
            "https?://169\\.254\\.169\\.254(?::80)?/+metadata/identity[^\\s\"'`;|<>]*", Pattern.CASE_INSENSITIVE);
    private static final Pattern CLIENT = Pattern.compile("\\b(curl|wget|Invoke-RestMethod|Invoke-WebRequest|http)\\b");

    /** Those of pods, and of scripts in config maps. */
    static List<MetadataCall> all(RuleContext context) {
        Stream<MetadataCall> ofMaps = context.kind("ConfigMap").stream()
                .flatMap(map -> map.at("data").fields().stream())
                .filter(text -> text.text().contains("curl") || text.text().startsWith("#!"))
                .flatMap(text -> ofScript(text, text.text()).stream());
        return Stream.concat(context.pods().stream().flatMap(pod -> of(pod).stream()), ofMaps)
                .toList();
    }

    static List<MetadataCall> of(PodSource pod) {
        var calls = new ArrayList<MetadataCall>();
        for (FieldLocation container : pod.containers()) {
            List<FieldLocation> words = Stream.of("command", "args")
                    .flatMap(list -> container.at(list).items().stream())
                    .toList();
            String all = words.stream().map(FieldLocation::text).collect(Collectors.joining(" "));
            boolean shell = words.stream()
                    .map(FieldLocation::text)
                    .anyMatch(word -> word.matches("(/usr)?(/bin/)?(ba|da|a)?sh"));
            for (FieldLocation word : words) {
                calls.addAll(shell ? ofScript(word, word.text()) : ofWord(word, all));
            }
        }
        return calls;
    }

    private static List<MetadataCall> ofScript(FieldLocation location, String script) {
        var calls = new ArrayList<MetadataCall>();
        String text = script.replace("\\\n", " ");
        Matcher url = URL.matcher(text);
        while (url.find()) {
            int end = text.indexOf('\n', url.end());
            String command = text.substring(text.lastIndexOf('\n', url.start()) + 1, end < 0 ? text.length() : end);
            calls.add(new MetadataCall(location, script, command, url.group(), isQuoted(text, url.start())));
        }
        return calls;
    }

    private static List<MetadataCall> ofWord(FieldLocation word, String all) {
        Matcher url = URL.matcher(word.text());
        return url.find() ? List.of(new MetadataCall(word, all, all, url.group(), true)) : List.of();
    }

    private static boolean isQuoted(String script, int index) {
        char open = 0;
        for (int i = 0; i < index; i++) {
            char c = script.charAt(i);
            if (c == '\\' && open != '\'') {
                i++;
            } else if (open == 0 && (c == '"' || c == '\'')) {
                open = c;
            } else if (c == open) {
                open = 0;
            }
        }
        return open != 0;
    }

    /** Whether a known program makes the call, whose options can be judged. */
    boolean hasKnownClient() {
        return CLIENT.matcher(command).find();
    }

    boolean isRepeated() {
        return Pattern.compile("\\b(until|while|for)\\b").matcher(script).find();
    }

    /** The names of the query's parameters, as written. */
    List<String> names() {
        return parameters().stream()
                .map(parameter -> parameter.replaceFirst("=.*", ""))
                .toList();
    }

    /** The value of a parameter, empty if it is missing or has none. */
    String value(String name) {
        return parameters().stream()
                .filter(parameter -> parameter.startsWith(name + "="))
                .map(parameter -> parameter.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    private List<String> parameters() {
        int question = url.indexOf('?');
        return question < 0 ? List.of() : List.of(url.substring(question + 1).split("&", -1));
    }
}
