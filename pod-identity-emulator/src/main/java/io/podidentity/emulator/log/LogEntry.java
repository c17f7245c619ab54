package io.podidentity.emulator.log;

import java.time.Instant;
import java.util.Map;

/**
 * What a log line says.
 *
 * @param source the file and line of the original program, {@code server.go:190}; klog shows it
 * @param fields shown by logrus and JSON beside the message, in order
 */
public record LogEntry(Instant time, Level level, String source, String message, Map<String, String> fields) {

    /** The severity. */
    public enum Level {
        INFO,
        WARNING,
        ERROR
    }
}
