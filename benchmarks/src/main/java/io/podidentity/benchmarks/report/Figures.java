package io.podidentity.benchmarks.report;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** All that was measured, by name: {@code scenario.program.figure}. */
public final class Figures {
    private final Map<String, Samples> samples = new TreeMap<>();
    private final Map<String, String> texts = new LinkedHashMap<>();

    /** One value more. */
    public void add(String name, double value) {
        samples.computeIfAbsent(name, unused -> new Samples()).add(value);
    }

    /**
     * What a program printed: {@code figure=value} a line; more values than one are all counted, and what is no number
     * is kept as it is.
     *
     * @param prefix what comes before the figure's name
     */
    public void addAll(String prefix, String output) {
        for (String line : output.lines().toList()) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                String name = prefix + "." + line.substring(0, equals);
                String value = line.substring(equals + 1);
                if (name.endsWith(".gaps")) {
                    texts.put(name, value);
                } else {
                    for (String number : value.split(" ", -1)) {
                        add(name, Double.parseDouble(number));
                    }
                }
            }
        }
    }

    /** The median; empty if it was not measured. */
    public OptionalDouble median(String name) {
        Samples found = samples.get(name);
        return found == null ? OptionalDouble.empty() : OptionalDouble.of(found.median());
    }

    /** How many times the other's median it is; empty if one of them was not measured. */
    public OptionalDouble ratio(String name, String other) {
        OptionalDouble one = median(name);
        OptionalDouble two = median(other);
        return one.isPresent() && two.isPresent()
                ? OptionalDouble.of(one.getAsDouble() / two.getAsDouble())
                : OptionalDouble.empty();
    }

    /** A text that was no number; empty if it was not measured. */
    public Optional<String> text(String name) {
        return Optional.ofNullable(texts.get(name));
    }

    /** The median, and the least and the greatest beside it, for a table. */
    String cell(String name) {
        Samples found = samples.get(name);
        if (found == null) {
            return "–";
        }
        String median = number(found.median());
        return found.min() == found.max()
                ? median
                : median + " (" + number(found.min()) + "–" + number(found.max()) + ")";
    }

    static String number(double value) {
        double size = Math.abs(value);
        if (value == Math.rint(value) && size < 1e9) {
            return String.format(Locale.ROOT, "%,d", (long) value);
        }
        return String.format(Locale.ROOT, size < 10 ? "%.2f" : size < 1_000 ? "%.1f" : "%,.0f", value);
    }
}
