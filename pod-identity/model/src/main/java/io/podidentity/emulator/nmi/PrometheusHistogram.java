// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts durations by their labels, and in buckets. Thread-safe. */
final class PrometheusHistogram {

    private final String name;
    private final String help;
    private final List<Double> bounds;
    // @GuardedBy("this"), by labels as the text has them
    private final Map<String, Series> series = new TreeMap<>();

    /** The durations of one set of labels. */
    private static final class Series {
        final long[] atMostBound;
        long count;
        double sumOfSeconds;

        Series(int bounds) {
            atMostBound = new long[bounds];
        }
    }

    /** @param bounds of the buckets in seconds, ascending; a duration is counted in each bucket whose bound it keeps */
    PrometheusHistogram(String name, String help, List<Double> bounds) {
        this.name = name;
        this.help = help;
        this.bounds = bounds;
    }

    synchronized void record(Map<String, String> labels, Duration duration) {
        Series recorded = series.computeIfAbsent(PrometheusText.labels(labels), first -> new Series(bounds.size()));
        double seconds = duration.toNanos() / 1e9;
        for (int i = 0; i < bounds.size(); i++) {
            if (seconds <= bounds.get(i)) {
                recorded.atMostBound[i]++;
            }
        }
        recorded.count++;
        recorded.sumOfSeconds += seconds;
    }

    /** The counts in Prometheus's format; empty if nothing was recorded. */
    synchronized String text() {
        var text = new PrometheusText(name, help, "histogram");
        series.forEach((labels, recorded) -> addSeries(text, labels, recorded));
        return text.toString();
    }

    private void addSeries(PrometheusText text, String labels, Series recorded) {
        for (int i = 0; i < bounds.size(); i++) {
            String bound = PrometheusText.number(bounds.get(i));
            text.addSample("_bucket", labels + ",le=\"" + bound + "\"", recorded.atMostBound[i]);
        }
        text.addSample("_bucket", labels + ",le=\"+Inf\"", recorded.count);
        text.addSample("_sum", labels, recorded.sumOfSeconds);
        text.addSample("_count", labels, recorded.count);
    }
}
