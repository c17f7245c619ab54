// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain.log;

import io.podidentity.emulator.json.Json;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Takes from a line what its logger put around the message: klog, logrus, JSON, and what kubectl put before it. */
final class RawLine {

    /** Longer than any line that is known, and short enough for any pattern. */
    private static final int MAX_LENGTH = 4 * 1024;

    private static final Pattern OF_KUBECTL = Pattern.compile("^\\[pod/[^\\]]*\\] ");
    private static final Pattern TIME = Pattern.compile("^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+(?:Z|[+-]\\d\\d:\\d\\d) +");
    private static final Pattern KLOG =
            Pattern.compile("^[IWEF]\\d{4} \\d\\d:\\d\\d:\\d\\d\\.\\d+\\s+\\d+ [^ \\]]+\\] ");
    private static final Pattern LOGRUS =
            Pattern.compile("^time=\\S+ level=\\w+ msg=(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|(\\S*))");

    private RawLine() {}

    static String message(String line) {
        String cut = line.length() <= MAX_LENGTH ? line : line.substring(0, MAX_LENGTH);
        String text = SafeText.plain(cut).strip();
        for (Pattern prefix : new Pattern[] {OF_KUBECTL, TIME, KLOG}) {
            text = prefix.matcher(text).replaceFirst("");
        }
        Matcher logrus = LOGRUS.matcher(text);
        if (logrus.find()) {
            text = Optional.ofNullable(logrus.group(1)).orElse(logrus.group(2));
        } else if (text.startsWith("{")) {
            text = json(text).orElse(text);
        }
        return text.replace("\\\"", "\"");
    }

    private static Optional<String> json(String text) {
        try {
            Map<String, Object> fields = Json.object(text);
            String first = Stream.of("msg", "message", "log")
                    .map(fields::get)
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .findFirst()
                    .orElse("");
            String rest = fields.entrySet().stream()
                    .filter(field -> field.getValue() instanceof String value && !value.equals(first))
                    .map(field -> field.getKey() + "=" + field.getValue())
                    .collect(Collectors.joining(" "));
            return Optional.of(first.isEmpty() ? rest : rest.isEmpty() ? first : first + " " + rest);
        } catch (ParseException e) {
            return Optional.empty();
        }
    }
}
