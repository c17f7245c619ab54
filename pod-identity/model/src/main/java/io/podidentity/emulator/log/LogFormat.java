// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.log;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a program writes its log. Dates are in UTC, as on a node.
 *
 * @since 0.1.0
 */
public enum LogFormat {
    /** Until 1.5.5: {@code time="…" level=info msg="…" field=value}. */
    LOGRUS,
    /** From 1.6.0: {@code I0821 18:22:51.348117       1 server.go:190] …}. */
    KLOG;

    private static final DateTimeFormatter LOGRUS_TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter KLOG_TIME =
            DateTimeFormatter.ofPattern("MMdd HH:mm:ss.SSSSSS").withZone(ZoneOffset.UTC);
    /** What logrus writes without quotes. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._/@^+-]+");

    /** The line, without its end. */
    public String line(LogEntry entry) {
        return switch (this) {
            case LOGRUS -> {
                var line = new StringBuilder("time=\"")
                        .append(LOGRUS_TIME.format(entry.time()))
                        .append("\" level=")
                        .append(entry.level().name().toLowerCase(Locale.ROOT))
                        .append(" msg=")
                        .append(quoted(entry.message()));
                entry.fields()
                        .forEach((name, value) ->
                                line.append(' ').append(name).append('=').append(quoted(value)));
                yield line.toString();
            }
            case KLOG ->
                entry.level().name().charAt(0) + KLOG_TIME.format(entry.time()) + "       1 " + entry.source() + "] "
                        + entry.message();
        };
    }

    private static String quoted(String value) {
        if (PLAIN.matcher(value).matches()) {
            return value;
        }
        return "\""
                + value.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                + "\"";
    }

    /**
     * What a log line says.
     *
     * @param source the file and line of the original program, {@code server.go:190}; klog shows it
     * @param fields shown by logrus beside the message, in order
     */
    public record LogEntry(Instant time, Level level, String source, String message, Map<String, String> fields) {

        public enum Level {
            INFO,
            WARNING,
            ERROR
        }
    }
}
