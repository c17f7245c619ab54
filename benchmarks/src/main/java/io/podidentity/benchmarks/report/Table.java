package io.podidentity.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/**
 * A table of figures: a row for each program, a column for each figure, and ratios against the floor of the same run.
 *
 * @param title above it
 * @param scenario the first part of the figures' names
 * @param rows the programs
 * @param columns the figures
 * @param floor the program whose first figure is 1; empty for no ratios
 */
public record Table(String title, String scenario, List<String> rows, List<String> columns, String floor) {

    /** Writes it in Markdown; nothing if none of its figures was measured. */
    public void write(Figures figures, StringBuilder out) {
        List<String> measured = new ArrayList<>();
        for (String row : rows) {
            if (columns.stream()
                    .anyMatch(column -> figures.median(name(row, column)).isPresent())) {
                measured.add(row);
            }
        }
        if (measured.isEmpty()) {
            return;
        }
        out.append("\n## ").append(title).append("\n\n| |");
        columns.forEach(column -> out.append(' ').append(column).append(" |"));
        out.append(floor.isEmpty() ? "" : " / " + floor + " |").append("\n|---|");
        out.append("---|".repeat(columns.size() + (floor.isEmpty() ? 0 : 1))).append('\n');
        for (String row : measured) {
            out.append("| ").append(row).append(" |");
            columns.forEach(column ->
                    out.append(' ').append(figures.cell(name(row, column))).append(" |"));
            if (!floor.isEmpty()) {
                String first = columns.get(0);
                out.append(' ');
                figures.ratio(name(row, first), name(floor, first))
                        .ifPresentOrElse(ratio -> out.append(Figures.number(ratio)), () -> out.append("–"));
                out.append(" |");
            }
            out.append('\n');
        }
    }

    private String name(String row, String column) {
        return scenario + "." + row + "." + column;
    }
}
