package io.podidentity.benchmarks;

import io.podidentity.benchmarks.process.Network;
import io.podidentity.benchmarks.programs.TokenProvider;
import io.podidentity.benchmarks.programs.UrlConnection;
import io.podidentity.benchmarks.report.Figures;
import io.podidentity.benchmarks.report.Report;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A first token from IMDS with two builds of the token provider, in turns within one run, beside the floor. The program
 * is compiled once, so both jars must have the public API that it uses.
 */
final class Comparison {
    private static final String SCENARIO = "compare";
    private static final String FLOOR = "UrlConnection";
    private static final List<String> COLUMNS = List.of("wall ms", "cpu ms", "peak MB", "classes");

    private final Session session;
    private final Figures figures;
    private final Path oldJar;
    private final Path newJar;

    Comparison(Session session) {
        this.session = session;
        this.figures = session.figures;
        this.oldJar = session.options.compare().get(0);
        this.newJar = session.options.compare().get(1);
    }

    /** Measures all rounds and reports them. */
    String measure(String head) throws IOException {
        session.stub.behave(Behaviour.USUAL);
        int rounds = session.options.rounds();
        for (int round = 0; round <= rounds; round++) {
            session.say("comparing, round " + round + " of " + rounds);
            run(FLOOR, round);
            // The order changes with each round, so that neither of the two always follows the floor.
            run(round % 2 == 0 ? "new" : "old", round);
            run(round % 2 == 0 ? "old" : "new", round);
        }
        for (String row : List.of(FLOOR, "old", "new")) {
            LoadedClasses classes = session.classes(program(row), row.equals("old") ? oldJar : newJar);
            figures.add(SCENARIO + "." + row + ".classes", classes.all());
            figures.add(SCENARIO + "." + row + ".own classes", classes.own().size());
        }
        ratios("old", FLOOR);
        ratios("new", FLOOR);
        ratios("new", "old");
        String title = "First token of a process, from IMDS (2 ms), " + rounds + " rounds";
        return Report.ofOne(head + jar("old", oldJar) + jar("new", newJar), figures, SCENARIO, title);
    }

    private void run(String row, int round) throws IOException {
        session.noteAfterFirst(SCENARIO, row, round, session.run(Network.OPEN, program(row)));
    }

    private ProcessBuilder program(String row) throws IOException {
        return row.equals(FLOOR)
                ? session.withImds(FLOOR, UrlConnection.class)
                : session.withImds(List.of(row.equals("old") ? oldJar : newJar), TokenProvider.class);
    }

    private void ratios(String row, String other) {
        for (String column : COLUMNS) {
            figures.ratio(SCENARIO + "." + row + "." + column, SCENARIO + "." + other + "." + column)
                    .ifPresent(ratio -> figures.add(SCENARIO + "." + row + " / " + other + "." + column, ratio));
        }
    }

    private static String jar(String row, Path jar) throws IOException {
        return "- " + row + ": " + jar + ", " + Files.size(jar) + " bytes\n";
    }
}
