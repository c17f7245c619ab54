package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.AdalException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What NMI counts, in Prometheus's text format. Thread-safe. */
final class NmiMetrics {

    private static final double[] NMI_BUCKETS = {0.5, 1, 2, 3, 4, 5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100};
    private static final double[] IMDS_BUCKETS = {
        0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 2, 3, 4, 5, 10
    };

    private final Clock clock;
    private final Object lock = new Object();

    // @GuardedBy("lock")
    private final Map<String, Histogram> operations = new TreeMap<>();
    // @GuardedBy("lock")
    private final Map<String, Histogram> imds = new TreeMap<>();
    // @GuardedBy("lock")
    private final Map<String, Long> imdsErrors = new TreeMap<>();
    // @GuardedBy("lock")
    private final Map<String, Long> kubernetesErrors = new TreeMap<>();

    NmiMetrics(Clock clock) {
        this.clock = clock;
    }

    /** Fetches a token, or several at once. */
    interface Fetch<T> {
        T token() throws AdalException, InterruptedException;
    }

    private static final class Histogram {
        private final double[] bounds;
        private final long[] counts;
        private double sum;
        private long count;

        Histogram(double[] bounds) {
            this.bounds = bounds;
            this.counts = new long[bounds.length];
        }

        void add(double seconds) {
            sum += seconds;
            count++;
            for (int i = 0; i < bounds.length; i++) {
                counts[i] += seconds <= bounds[i] ? 1 : 0;
            }
        }
    }

    void operation(String path, int status, String namespace, String resource, Duration took) {
        var labels = new LinkedHashMap<String, String>();
        labels.put("namespace", namespace);
        labels.put("operation_type", path);
        labels.put("resource", resource);
        labels.put("status_code", Integer.toString(status));
        synchronized (lock) {
            operations
                    .computeIfAbsent(labels(labels), key -> new Histogram(NMI_BUCKETS))
                    .add(seconds(took));
        }
    }

    /** Fetches and counts. */
    <T> T timed(String operation, Fetch<T> fetch) throws AdalException, InterruptedException {
        Instant start = clock.instant();
        String labels = labels(Map.of("operation_type", operation));
        try {
            T token = fetch.token();
            synchronized (lock) {
                imds.computeIfAbsent(labels, key -> new Histogram(IMDS_BUCKETS))
                        .add(seconds(Duration.between(start, clock.instant())));
            }
            return token;
        } catch (AdalException e) {
            synchronized (lock) {
                imdsErrors.merge(labels, 1L, Long::sum);
            }
            throw e;
        }
    }

    void kubernetesError(String operation) {
        synchronized (lock) {
            kubernetesErrors.merge(labels(Map.of("operation_type", operation)), 1L, Long::sum);
        }
    }

    /** All of them, as {@code /metrics} shows them. */
    String text() {
        var text = new StringBuilder();
        synchronized (lock) {
            histograms(text, "imds_operations_duration_seconds", "Duration in seconds of imds token operations", imds);
            counters(
                    text,
                    "imds_operations_errors_count",
                    "Total number of errors in imds token operations",
                    imdsErrors);
            counters(
                    text,
                    "kubernetes_api_operations_errors_count",
                    "Total number of errors in kubernetes api operations",
                    kubernetesErrors);
            histograms(text, "nmi_operations_duration_seconds", "Duration in seconds for nmi operations", operations);
        }
        return text.toString();
    }

    private static void histograms(StringBuilder text, String name, String help, Map<String, Histogram> all) {
        head(text, name, help, "histogram", all);
        all.forEach((labels, histogram) -> {
            for (int i = 0; i < histogram.bounds.length; i++) {
                bucket(text, name, labels, number(histogram.bounds[i]), histogram.counts[i]);
            }
            bucket(text, name, labels, "+Inf", histogram.count);
            sample(text, name + "_sum", labels, number(histogram.sum));
            sample(text, name + "_count", labels, Long.toString(histogram.count));
        });
    }

    private static void bucket(StringBuilder text, String name, String labels, String bound, long count) {
        sample(text, name + "_bucket", labels + ",le=\"" + bound + "\"", Long.toString(count));
    }

    private static void counters(StringBuilder text, String name, String help, Map<String, Long> all) {
        head(text, name, help, "counter", all);
        all.forEach((labels, count) -> sample(text, name, labels, Long.toString(count)));
    }

    private static void head(StringBuilder text, String name, String help, String type, Map<String, ?> all) {
        if (!all.isEmpty()) {
            text.append("# HELP aadpodidentity_%s %s\n# TYPE aadpodidentity_%s %s\n".formatted(name, help, name, type));
        }
    }

    private static void sample(StringBuilder text, String name, String labels, String value) {
        text.append("aadpodidentity_")
                .append(name)
                .append('{')
                .append(labels)
                .append("} ")
                .append(value)
                .append('\n');
    }

    private static String labels(Map<String, String> labels) {
        var text = new StringBuilder();
        labels.forEach((name, value) -> text.append(text.isEmpty() ? "" : ",")
                .append(name)
                .append("=\"")
                .append(value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"))
                .append('"'));
        return text.toString();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
