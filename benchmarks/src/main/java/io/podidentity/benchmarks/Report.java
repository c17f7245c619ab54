package io.podidentity.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Puts figures into Markdown tables. */
final class Report {
    private final Figures figures;
    private final StringBuilder out;

    private Report(String head, Figures figures) {
        this.figures = figures;
        this.out = new StringBuilder(head).append("\nMedians, with the least and the greatest value in brackets.\n");
    }

    /**
     * Reports one run: a table for each scenario that was measured, and the targets.
     *
     * @param head the machine that it was measured on
     */
    static String of(String head, Figures figures) {
        Report report = new Report(head, figures);
        report.tables();
        new Targets(figures, report.out).write();
        return report.out.toString();
    }

    private void tables() {
        table("credentials", "One application, and only its credential differs: to the first blob", "azure-identity");
        table("apps", "The same ahead of time, and the demo", "azure-identity, ahead of time");
        table("imds", "First token of a process, from IMDS (2 ms)", "UrlConnection");
        table("az", "First token of a process, through az (5 ms)", "BareProcessBuilder");
        table("footprint", "Footprint of a first token from IMDS", "");
        for (String network : List.of("refused", "no-route", "black-hole", "silent")) {
            table(network, "No token source, network " + network + ": time in the process, ms", "BareSocket");
        }
        table("jmh", "A call with the token in the cache", "mapAndClock");
        for (String delay : List.of("2ms", "100ms")) {
            table("storm-" + delay, "1,000 threads, the first answer of IMDS takes " + delay + ": ms", "OneFlight");
        }
    }

    /**
     * Writes a scenario's table; nothing if it was not measured.
     *
     * @param floor the row that the first column's ratios refer to; empty for no ratios
     */
    private void table(String scenario, String title, String floor) {
        List<String> columns = figures.columns(scenario);
        if (columns.isEmpty()) {
            return;
        }
        List<String> head = new ArrayList<>(columns);
        if (!floor.isEmpty()) {
            head.add("/ " + floor);
        }
        out.append("\n## ").append(title).append("\n\n");
        line("", head);
        out.append("|---".repeat(head.size() + 1)).append("|\n");
        for (String row : figures.rows(scenario)) {
            String name = scenario + "." + row + ".";
            List<String> cells = new ArrayList<>();
            columns.forEach(column -> cells.add(figures.cell(name + column)));
            if (!floor.isEmpty()) {
                figures.ratio(name + columns.get(0), scenario + "." + floor + "." + columns.get(0))
                        .ifPresentOrElse(ratio -> cells.add(Figures.number(ratio)), () -> cells.add("–"));
            }
            line(row, cells);
        }
    }

    private void line(String first, List<String> cells) {
        out.append("| ").append(first);
        cells.forEach(cell -> out.append(" | ").append(cell));
        out.append(" |\n");
    }
}
