package io.podidentity.benchmarks.report;

import java.util.OptionalDouble;

/**
 * What a figure should be.
 *
 * @param text which figure
 * @param limit what it may be
 * @param atLeast whether the limit is the least, and not the most
 * @param measured what it is; empty if it was not measured
 */
public record Target(String text, double limit, boolean atLeast, OptionalDouble measured) {
    static Target atMost(String text, double limit, OptionalDouble measured) {
        return new Target(text, limit, false, measured);
    }

    static Target atLeast(String text, double limit, OptionalDouble measured) {
        return new Target(text, limit, true, measured);
    }

    /** Writes it as a row of a table; nothing if it was not measured. */
    public void write(StringBuilder out) {
        if (measured.isEmpty()) {
            return;
        }
        out.append("| ").append(text).append(" | ").append(atLeast ? "≥ " : "≤ ");
        out.append(Figures.number(limit)).append(" | ");
        double value = measured.getAsDouble();
        boolean met = atLeast ? value >= limit : value <= limit;
        out.append(Figures.number(value)).append(" | ").append(met ? "met" : "**not met**");
        out.append(" |\n");
    }
}
