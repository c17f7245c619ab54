// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Everything that was measured, in the order of its first measurement. Names are {@code scenario.row.column}: a table
 * of the report shows one scenario. Only the column's part of a name may contain more dots. Not thread-safe.
 */
final class Figures {
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    void add(String name, double value) {
        List<Double> values = samples.computeIfAbsent(name, unused -> new ArrayList<>());
        values.add(value);
        Collections.sort(values);
    }

    /**
     * Adds what a program printed: a line {@code column=value} for each figure, or several values separated by spaces.
     *
     * @param row the scenario and the row, {@code scenario.row}
     */
    void addAll(String row, String output) {
        for (String line : output.lines().toList()) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                addLine(row + "." + line.substring(0, equals), line.substring(equals + 1));
            }
        }
    }

    private void addLine(String name, String numbers) {
        for (String number : numbers.split(" ", -1)) {
            add(name, Double.parseDouble(number));
        }
    }

    /** The median of a figure; empty if it was not measured. */
    OptionalDouble median(String name) {
        List<Double> values = samples.getOrDefault(name, List.of());
        int size = values.size();
        if (size == 0) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of((values.get((size - 1) / 2) + values.get(size / 2)) / 2);
    }

    /** The median of one figure divided by that of another; empty if one of them was not measured. */
    OptionalDouble ratio(String name, String other) {
        OptionalDouble dividend = median(name);
        OptionalDouble divisor = median(other);
        if (dividend.isEmpty() || divisor.isEmpty()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(dividend.getAsDouble() / divisor.getAsDouble());
    }

    List<String> rows(String scenario) {
        return parts(scenario, 1);
    }

    List<String> columns(String scenario) {
        return parts(scenario, 2);
    }

    private List<String> parts(String scenario, int index) {
        return samples.keySet().stream()
                .map(name -> name.split("\\.", 3))
                .filter(parts -> parts[0].equals(scenario))
                .map(parts -> parts[index])
                .distinct()
                .toList();
    }

    /** The median for a table, followed by the least and the greatest value if they differ. */
    String cell(String name) {
        List<Double> values = samples.get(name);
        if (values == null) {
            return "–";
        }
        String least = number(values.get(0));
        String greatest = number(values.get(values.size() - 1));
        String median = number(median(name).orElseThrow());
        if (least.equals(greatest)) {
            return median;
        }
        return median + " (" + least + "–" + greatest + ")";
    }

    static String number(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e9) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        // Three digits that count are enough, since the values of several runs differ by more.
        if (size < 10) {
            return String.format(Locale.ROOT, "%.2f", value);
        }
        if (size < 1_000) {
            return String.format(Locale.ROOT, "%.1f", value);
        }
        return String.format(Locale.ROOT, "%,.0f", value);
    }
}
