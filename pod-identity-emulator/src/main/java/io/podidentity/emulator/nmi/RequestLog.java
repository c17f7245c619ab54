package io.podidentity.emulator.nmi;

import io.podidentity.emulator.log.LogFormat;
import io.podidentity.emulator.log.LogFormat.LogEntry;
import io.podidentity.emulator.log.LogFormat.LogEntry.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/** What NMI logs of one request: with logrus each line names it, with klog only some do. */
final class RequestLog {

    private final LogFormat format;
    private final Clock clock;
    private final Consumer<String> lines;
    private final Map<String, String> request;
    private final Map<String, String> fields;

    RequestLog(
            LogFormat format, Clock clock, Consumer<String> lines, String method, String path, String remoteAddress) {
        this.format = format;
        this.clock = clock;
        this.lines = lines;
        this.request = new LinkedHashMap<>();
        request.put("req.method", method);
        request.put("req.path", path);
        request.put("req.remote", RemoteAddress.ip(remoteAddress));
        this.fields = format == LogFormat.LOGRUS ? request : Map.of();
    }

    static LogFormat format(NmiSettings settings) {
        if (!settings.profile().logsWithKlog()) {
            return LogFormat.LOGRUS;
        }
        return settings.jsonLog() && settings.profile().isAtLeast(1, 7, 0) ? LogFormat.JSON : LogFormat.KLOG;
    }

    void info(String source, String message) {
        write(Level.INFO, source, message, fields);
    }

    void warning(String source, String message) {
        write(Level.WARNING, source, message, fields);
    }

    void error(String source, String message) {
        write(Level.ERROR, source, message, fields);
    }

    /** How the request ended, in the words of the version. */
    void status(int status, Duration took) {
        if (format == LogFormat.LOGRUS) {
            info("", "Status (" + status + ") took " + took.toNanos() + " ns");
        } else {
            info("server.go:190", "status (" + status + ") took " + took.toNanos() + " ns for " + tracker());
        }
    }

    /** That NMI's code itself broke. */
    void panic(String reason) {
        if (format == LogFormat.LOGRUS) {
            var more = new LinkedHashMap<>(request);
            more.put("res.status", "500");
            write(Level.ERROR, "", "Panic processing request: " + reason, more);
        } else {
            error("server.go:182", "panic processing request: " + reason + " " + tracker() + " res.status=500");
        }
    }

    void metadataHeaderMissing() {
        error("server.go:300", "metadata header is not specified, " + tracker());
    }

    /** As klog's lines name the request, {@code reg.path} included. */
    private String tracker() {
        return "req.method=" + request.get("req.method") + " reg.path=" + request.get("req.path") + " req.remote="
                + request.get("req.remote");
    }

    private void write(Level level, String source, String message, Map<String, String> fields) {
        lines.accept(format.line(new LogEntry(clock.instant(), level, source, message, fields)));
    }
}
