package io.podidentity.emulator.nmi;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.emulator.log.LogFormat;
import io.podidentity.emulator.log.LogFormat.LogEntry;
import io.podidentity.emulator.log.LogFormat.LogEntry.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** What NMI notes of one request: with logrus each line of its log names it, with klog only some do. */
final class RequestLog {

    private static final Pattern IPV4 = Pattern.compile("(\\d{1,3}(?:\\.\\d{1,3}){3}):.*");

    private final LogFormat format;
    private final Clock clock;
    private final Consumer<String> lines;
    private final Map<String, String> request = new LinkedHashMap<>();

    /** Of the pod, for the metrics; empty as long as it is not known. */
    String namespace = "";

    RequestLog(Profile profile, Clock clock, Consumer<String> lines, String method, String path, String remoteAddress) {
        this.format = profile.logsWithKlog() ? LogFormat.KLOG : LogFormat.LOGRUS;
        this.clock = clock;
        this.lines = lines;
        var ip = IPV4.matcher(remoteAddress);
        request.put("req.method", method);
        request.put("req.path", path);
        request.put("req.remote", ip.matches() ? ip.group(1) : "");
    }

    /** The address that the request comes from, as NMI reads it: empty for every IPv6 address. */
    String ip() {
        return request.getOrDefault("req.remote", "");
    }

    void info(String source, String message) {
        write(Level.INFO, source, message, request);
    }

    void warning(String source, String message) {
        write(Level.WARNING, source, message, request);
    }

    void error(String source, String message) {
        write(Level.ERROR, source, message, request);
    }

    /** How the request ended, in the words of the version. */
    void status(int status, Duration took) {
        if (format == LogFormat.LOGRUS) {
            info("", "Status (" + status + ") took " + took.toNanos() + " ns");
        } else {
            info("server.go:190", "status (" + status + ") took " + took.toNanos() + " ns for " + tracker());
        }
    }

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
                + ip();
    }

    private void write(Level level, String source, String message, Map<String, String> fields) {
        lines.accept(format.line(new LogEntry(clock.instant(), level, source, message, fields)));
    }
}
