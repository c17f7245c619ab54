// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import io.podidentity.emulator.json.Json;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Takes from a line what its logger put around the message: klog, logrus, JSON, and what kubectl put before it. MIC and
 * NMI log with logrus before 1.6.0, and with klog since.
 */
final class RawLine {

    /** Longer than any line that is known, and short enough for any pattern. */
    private static final int MAX_LENGTH = 4 * 1024;

    /** Of {@code kubectl logs --prefix}. */
    private static final Pattern OF_KUBECTL = Pattern.compile("^\\[pod/[^\\]]*\\] ");

    private static final Pattern TIME = Pattern.compile("^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(?:Z|[+-]\\d\\d:\\d\\d) +");
    private static final Pattern KLOG =
            Pattern.compile("^[IWEF]\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d+\\s+\\d+ [^ \\]]+\\] ");
    private static final List<Pattern> PREFIXES = List.of(OF_KUBECTL, TIME, KLOG);

    private static final Pattern LOGRUS =
            Pattern.compile("^time=\\S+ level=\\w+ msg=(?:\"(?<quoted>(?:[^\"\\\\]|\\\\.)*+)\"|(?<plain>\\S*))");

    private RawLine() {}

    /** The message of a line. */
    static String readMessage(String line) {
        String cut = line.substring(0, Math.min(line.length(), MAX_LENGTH));
        String text = SafeText.removeControls(cut).strip();
        for (Pattern prefix : PREFIXES) {
            text = prefix.matcher(text).replaceFirst("");
        }
        return readStructured(text).replace("\\\"", "\"");
    }

    private static String readStructured(String text) {
        Matcher logrus = LOGRUS.matcher(text);
        if (logrus.find()) {
            return Optional.ofNullable(logrus.group("quoted")).orElse(logrus.group("plain"));
        }
        if (text.startsWith("{")) {
            return readJson(text).orElse(text);
        }
        return text;
    }

    /** The message of a line of JSON, and behind it the other texts as {@code key=text}; empty if it is no JSON. */
    private static Optional<String> readJson(String text) {
        Map<String, Object> fields;
        try {
            fields = Json.object(text);
        } catch (ParseException e) {
            return Optional.empty();
        }
        String message = Stream.of("msg", "message", "log")
                .map(fields::get)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst()
                .orElse("");
        String rest = fields.entrySet().stream()
                .filter(field -> field.getValue() instanceof String value && !value.equals(message))
                .map(field -> field.getKey() + "=" + field.getValue())
                .collect(Collectors.joining(" "));
        return Optional.of(
                Stream.of(message, rest).filter(part -> !part.isEmpty()).collect(Collectors.joining(" ")));
    }
}
