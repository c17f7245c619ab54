// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import java.util.Map;
import java.util.TreeMap;

/** Counts events by their labels. Thread-safe. */
final class PrometheusCounter {

    private final String name;
    private final String help;
    // @GuardedBy("this"), by labels as the text has them
    private final Map<String, Long> counts = new TreeMap<>();

    PrometheusCounter(String name, String help) {
        this.name = name;
        this.help = help;
    }

    synchronized void increment(Map<String, String> labels) {
        counts.merge(PrometheusText.labels(labels), 1L, Long::sum);
    }

    /** The counts in Prometheus's format; empty if nothing was counted. */
    synchronized String text() {
        var text = new PrometheusText(name, help, "counter");
        counts.forEach((labels, count) -> text.addSample("", labels, count));
        return text.toString();
    }
}
