// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import io.podidentity.emulator.log.LogFormat.LogEntry;
import io.podidentity.emulator.log.LogFormat.LogEntry.Level;
import io.podidentity.emulator.nmi.NmiWords.Line;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** NMI's log of one request: with logrus each line names the request, with klog only some lines do. */
final class RequestLog {

    private final NmiWords words;
    private final Clock clock;
    private final Consumer<String> lines;
    private final Map<String, String> request = new LinkedHashMap<>();
    private final String tracker;

    /** @param ip the address that the request comes from */
    RequestLog(NmiWords words, Clock clock, Consumer<String> lines, String method, String path, String ip) {
        this.words = words;
        this.clock = clock;
        this.lines = lines;
        request.put("req.method", method);
        request.put("req.path", path);
        request.put("req.remote", ip);
        // The original itself writes "reg" here.
        this.tracker = "req.method=" + method + " reg.path=" + path + " req.remote=" + ip;
    }

    void info(Line line) {
        write(Level.INFO, line);
    }

    void warning(Line line) {
        write(Level.WARNING, line);
    }

    void error(Line line) {
        write(Level.ERROR, line);
    }

    /** Says how the request ended. */
    void logEnd(int status, Duration took) {
        info(words.describeEnd(status, took, tracker));
    }

    void logPanic(String reason) {
        error(words.describePanic(reason, tracker));
    }

    void logMissingMetadataHeader() {
        error(NmiWords.describeMissingMetadataHeader(tracker));
    }

    private void write(Level level, Line line) {
        var fields = new LinkedHashMap<>(request);
        fields.putAll(line.fields());
        var entry = new LogEntry(clock.instant(), level, line.source(), line.text(), fields);
        lines.accept(words.logFormat().line(entry));
    }
}
