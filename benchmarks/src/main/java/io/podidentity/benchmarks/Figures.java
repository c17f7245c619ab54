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
                for (String number : line.substring(equals + 1).split(" ", -1)) {
                    add(row + "." + line.substring(0, equals), Double.parseDouble(number));
                }
            }
        }
    }

    /** The median of a figure; empty if it was not measured. */
    OptionalDouble median(String name) {
        List<Double> values = samples.getOrDefault(name, List.of());
        int size = values.size();
        return size == 0
                ? OptionalDouble.empty()
                : OptionalDouble.of((values.get((size - 1) / 2) + values.get(size / 2)) / 2);
    }

    /** The median of one figure divided by that of another; empty if one of them was not measured. */
    OptionalDouble ratio(String name, String other) {
        OptionalDouble one = median(name);
        OptionalDouble two = median(other);
        return one.isPresent() && two.isPresent()
                ? OptionalDouble.of(one.getAsDouble() / two.getAsDouble())
                : OptionalDouble.empty();
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
        return least.equals(greatest) ? median : median + " (" + least + "–" + greatest + ")";
    }

    static String number(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e9) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 1_000 ? "%.1f" : "%,.0f", value);
    }
}
