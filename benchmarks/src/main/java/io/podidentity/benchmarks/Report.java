// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts figures into Markdown tables. */
record Report(Figures figures, StringBuilder out) {

    /**
     * Reports one run: a table for each scenario that was measured, and the targets.
     *
     * @param head of {@link #head}
     */
    static String of(String head, Figures figures) {
        StringBuilder out = new StringBuilder(head);
        out.append("\nMedians, with the least and the greatest value in brackets.\n");
        new Report(figures, out).tables();
        new Targets(figures, out).write();
        return out.toString();
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
        line("Program", head);
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

    /**
     * Describes the machine that a run is measured on.
     *
     * @param load the machine's load before the run
     */
    static String head(Jdk jdk, boolean quick, double load, List<Path> jars) throws IOException {
        StringBuilder text = new StringBuilder("""
                # %s, JDK %s%s

                - %d processors, %s, %s
                - %s, Linux %s, load before the run %s (a run starts below %s)
                """.formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        jdk.version(),
                        quick ? ", quick" : "",
                        Runtime.getRuntime().availableProcessors(),
                        first("/proc/cpuinfo", "model name"),
                        first("/proc/meminfo", "MemTotal"),
                        first("/etc/os-release", "PRETTY_NAME"),
                        System.getProperty("os.version"),
                        String.format(Locale.ROOT, "%.2f", load),
                        IdleMachine.IDLE_BELOW));
        versions(jars).forEach((peer, version) -> text.append("- " + peer + " " + version + "\n"));
        return text.toString();
    }

    /** The peers' versions, from the names of their jars. */
    private static Map<String, String> versions(List<Path> jars) {
        Pattern peer = Pattern.compile("(azure-identity|azure-core|msal4j|jmh-core)-(\\d.*)\\.jar");
        Map<String, String> versions = new TreeMap<>();
        for (Path jar : jars) {
            Matcher file = peer.matcher(jar.getFileName().toString());
            if (file.matches()) {
                versions.put(file.group(1), file.group(2));
            }
        }
        return versions;
    }

    private static String first(String file, String name) throws IOException {
        for (String line : Files.readAllLines(Path.of(file))) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT))) {
                return line.substring(line.indexOf(line.contains("=") ? '=' : ':') + 1)
                        .replace("\"", "")
                        .strip();
            }
        }
        return "unknown";
    }
}
