// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private static final Pattern SHELL = Pattern.compile("(/usr)?(/bin/)?(ba|da|a)?sh");
    private static final Pattern LOOP = Pattern.compile("\\b(until|while|for)\\b");

    /** The calls of pods, and of scripts in config maps. */
    static List<MetadataCall> findAll(RuleContext context) {
        Stream<MetadataCall> ofMaps = context.objectsOfKind("ConfigMap").stream()
                .flatMap(map -> map.at("data").fields().stream())
                .filter(MetadataCall::isScript)
                .flatMap(script -> findInScript(script).stream());
        return Stream.concat(context.pods().stream().flatMap(pod -> findInPod(pod).stream()), ofMaps)
                .toList();
    }

    private static boolean isScript(FieldLocation field) {
        return field.text().contains("curl") || field.text().startsWith("#!");
    }

    static List<MetadataCall> findInPod(PodSource pod) {
        return pod.containers().stream()
                .flatMap(container -> findInContainer(container).stream())
                .toList();
    }

    private static List<MetadataCall> findInContainer(FieldLocation container) {
        List<FieldLocation> words = Stream.of("command", "args")
                .flatMap(list -> container.at(list).items().stream())
                .toList();
        if (words.stream().anyMatch(word -> SHELL.matcher(word.text()).matches())) {
            return words.stream().flatMap(word -> findInScript(word).stream()).toList();
        }
        String command = words.stream().map(FieldLocation::text).collect(Collectors.joining(" "));
        return words.stream()
                .flatMap(word -> findInWord(word, command).stream())
                .toList();
    }

    private static List<MetadataCall> findInScript(FieldLocation script) {
        var calls = new ArrayList<MetadataCall>();
        // A backslash at the end of a line continues the command on the next one.
        String text = script.text().replace("\\\n", " ");
        Matcher url = URL.matcher(text);
        while (url.find()) {
            String command = lineAround(text, url.start(), url.end());
            boolean isQuoted = isQuoted(text, url.start());
            calls.add(new MetadataCall(script, script.text(), command, url.group(), isQuoted));
        }
        return calls;
    }

    private static String lineAround(String text, int start, int end) {
        int lineStart = text.lastIndexOf('\n', start) + 1;
        int lineEnd = text.indexOf('\n', end);
        return lineEnd < 0 ? text.substring(lineStart) : text.substring(lineStart, lineEnd);
    }

    /** Without a shell the program gets the word as it is, as if it were quoted. */
    private static Optional<MetadataCall> findInWord(FieldLocation word, String command) {
        Matcher url = URL.matcher(word.text());
        if (!url.find()) {
            return Optional.empty();
        }
        return Optional.of(new MetadataCall(word, command, command, url.group(), true));
    }

    /** Whether a quotation mark is open at the index of a script. */
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

    /** Whether a loop makes the call again if it fails. */
    boolean isRepeated() {
        return LOOP.matcher(script).find();
    }

    /** The names of the query's parameters, as written. */
    List<String> parameterNames() {
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
