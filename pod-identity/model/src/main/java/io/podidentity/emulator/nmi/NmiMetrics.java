package io.podidentity.emulator.nmi;

import io.podidentity.emulator.adal.NoTokenException;
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
    private static final double[] COUNTER = {};

    private final Clock clock;
    private final Family imds = new Family(
            "imds_operations_duration_seconds", "Duration in seconds of imds token operations", IMDS_BUCKETS);
    private final Family imdsErrors =
            new Family("imds_operations_errors_count", "Total number of errors in imds token operations", COUNTER);
    private final Family kubernetesErrors = new Family(
            "kubernetes_api_operations_errors_count", "Total number of errors in kubernetes api operations", COUNTER);
    private final Family operations =
            new Family("nmi_operations_duration_seconds", "Duration in seconds for nmi operations", NMI_BUCKETS);

    NmiMetrics(Clock clock) {
        this.clock = clock;
    }

    /** Fetches a token, or several at once. */
    interface Fetch<T> {
        T token() throws NoTokenException, InterruptedException;
    }

    void operation(String path, int status, String namespace, String resource, Duration took) {
        var labels = new LinkedHashMap<String, String>();
        labels.put("namespace", namespace);
        labels.put("operation_type", path);
        labels.put("resource", resource);
        labels.put("status_code", Integer.toString(status));
        operations.add(labels, took);
    }

    <T> T timed(String operation, Fetch<T> fetch) throws NoTokenException, InterruptedException {
        Instant start = clock.instant();
        var labels = Map.of("operation_type", operation);
        try {
            T token = fetch.token();
            imds.add(labels, Duration.between(start, clock.instant()));
            return token;
        } catch (NoTokenException e) {
            imdsErrors.add(labels, Duration.ZERO);
            throw e;
        }
    }

    void kubernetesError(String operation) {
        kubernetesErrors.add(Map.of("operation_type", operation), Duration.ZERO);
    }

    String text() {
        return imds.text() + imdsErrors.text() + kubernetesErrors.text() + operations.text();
    }

    /** Counters, or histograms if there are buckets, by their labels. */
    private static final class Family {

        private final String name;
        private final String help;
        private final double[] buckets;

        // @GuardedBy("this"), by labels: the count of each bucket, of all, and the sum
        private final Map<String, double[]> series = new TreeMap<>();

        Family(String name, String help, double[] buckets) {
            this.name = "aadpodidentity_" + name;
            this.help = help;
            this.buckets = buckets;
        }

        synchronized void add(Map<String, String> labels, Duration took) {
            double[] one = series.computeIfAbsent(labels(labels), key -> new double[buckets.length + 2]);
            double seconds = took.toNanos() / 1e9;
            for (int i = 0; i < buckets.length; i++) {
                one[i] += seconds <= buckets[i] ? 1 : 0;
            }
            one[buckets.length]++;
            one[buckets.length + 1] += seconds;
        }

        synchronized String text() {
            var text = new StringBuilder();
            if (!series.isEmpty()) {
                String type = buckets == COUNTER ? "counter" : "histogram";
                text.append("# HELP %s %s\n# TYPE %s %s\n".formatted(name, help, name, type));
            }
            series.forEach((labels, one) -> append(text, labels, one));
            return text.toString();
        }

        private void append(StringBuilder text, String labels, double[] one) {
            double count = one[buckets.length];
            if (buckets == COUNTER) {
                sample(text, "", labels, count);
                return;
            }
            for (int i = 0; i < buckets.length; i++) {
                sample(text, "_bucket", labels + ",le=\"" + number(buckets[i]) + "\"", one[i]);
            }
            sample(text, "_bucket", labels + ",le=\"+Inf\"", count);
            sample(text, "_sum", labels, one[buckets.length + 1]);
            sample(text, "_count", labels, count);
        }

        private void sample(StringBuilder text, String suffix, String labels, double value) {
            text.append(name + suffix + "{" + labels + "} " + number(value) + "\n");
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

        private static String number(double value) {
            return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
        }
    }
}
