// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.nmi;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text of one metric. Not thread-safe.
 *
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">the format</a>
 */
final class PrometheusText {

    private final String name;
    private final String header;
    private final StringBuilder samples = new StringBuilder();

    PrometheusText(String name, String help, String type) {
        this.name = name;
        this.header = "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
    }

    void addSample(String suffix, String labels, long value) {
        addSample(suffix, labels, Long.toString(value));
    }

    void addSample(String suffix, String labels, double value) {
        addSample(suffix, labels, number(value));
    }

    private void addSample(String suffix, String labels, String value) {
        samples.append(name + suffix + "{" + labels + "} " + value + "\n");
    }

    /** Empty without samples. */
    @Override
    public String toString() {
        return samples.isEmpty() ? "" : header + samples;
    }

    static String labels(Map<String, String> labels) {
        return labels.entrySet().stream()
                .map(label -> label.getKey() + "=\"" + escaped(label.getValue()) + "\"")
                .collect(Collectors.joining(","));
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    /** Whole numbers have no fraction. */
    static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
