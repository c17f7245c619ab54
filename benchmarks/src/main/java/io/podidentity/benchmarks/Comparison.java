package io.podidentity.benchmarks;

import io.podidentity.benchmarks.load.Storm;
import io.podidentity.benchmarks.process.Network;
import io.podidentity.benchmarks.programs.TokenProvider;
import io.podidentity.benchmarks.programs.UrlConnection;
import io.podidentity.benchmarks.report.Figures;
import io.podidentity.benchmarks.report.Report;
import io.podidentity.benchmarks.stub.Behaviour;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Two builds of the token provider, in turns within one run: a first token from IMDS beside the floor, hits of the
 * cache, and 1,000 callers at once. The programs are compiled once, so both jars must have the public API that they
 * use.
 */
final class Comparison {
    private static final String FIRST = "compare";
    private static final String HIT = "compare-hit";
    private static final String STORM = "compare-storm";
    private static final String FLOOR = "UrlConnection";
    private static final List<String> COLUMNS = List.of("wall ms", "cpu ms", "peak MB", "classes");
    /** Each of them takes seconds. */
    private static final int LONG_ROUNDS = 5;

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
    String measure(String head) throws IOException, InterruptedException {
        int rounds = session.options.rounds();
        firstTokens(rounds);
        int longRounds = Math.min(rounds, LONG_ROUNDS);
        for (int round = 0; round < longRounds; round++) {
            session.say("comparing hits and 1,000 callers, round " + (round + 1) + " of " + longRounds);
            for (String row : inTurn(round)) {
                hits(row);
                storm(row);
            }
        }
        Map<String, String> titles = new LinkedHashMap<>();
        titles.put(FIRST, "First token of a process, from IMDS (2 ms), " + rounds + " rounds");
        titles.put(HIT, "A call with the token in the cache, by one and by two threads, " + longRounds + " rounds");
        titles.put(STORM, "1,000 threads at once, IMDS takes 2 ms: ms, " + longRounds + " rounds");
        return Report.of(head + describe("old") + describe("new"), figures, titles);
    }

    private void firstTokens(int rounds) throws IOException {
        session.stub.behave(Behaviour.USUAL);
        for (int round = 0; round <= rounds; round++) {
            session.say("comparing first tokens, round " + round + " of " + rounds);
            first(FLOOR, round);
            for (String row : inTurn(round)) {
                first(row, round);
            }
        }
        for (String row : List.of(FLOOR, "old", "new")) {
            LoadedClasses classes = session.classes(program(row), row.equals("old") ? oldJar : newJar);
            figures.add(FIRST + "." + row + ".classes", classes.all());
            figures.add(FIRST + "." + row + ".own classes", classes.own().size());
        }
        ratios("old", FLOOR);
        ratios("new", FLOOR);
        ratios("new", "old");
    }

    /** The order changes with each round, so that neither always comes first. */
    private static List<String> inTurn(int round) {
        return round % 2 == 0 ? List.of("new", "old") : List.of("old", "new");
    }

    private void first(String row, int round) throws IOException {
        session.noteAfterFirst(FIRST, row, round, session.run(Network.OPEN, program(row)));
    }

    private ProcessBuilder program(String row) throws IOException {
        return row.equals(FLOOR)
                ? session.withImds(FLOOR, UrlConnection.class)
                : session.withImds(List.of(jar(row)), TokenProvider.class);
    }

    private void hits(String row) throws IOException, InterruptedException {
        Path built = session.classPaths.jars("token-provider").get(0);
        List<Path> jars = session.classPaths.jars("all").stream()
                .map(jar -> jar.equals(built) ? jar(row) : jar)
                .toList();
        figures.addAll(HIT + "." + row, new Hits(session).run(jars, "compare"));
    }

    private void storm(String row) throws IOException {
        session.stub.behave(Behaviour.USUAL.withDelayMillis(2));
        ProcessBuilder callers = session.withImds(List.of(jar(row)), Storm.class, "TokenProvider", "1000", "cold");
        figures.addAll(STORM + "." + row, session.run(Network.OPEN, callers).output());
    }

    private Path jar(String row) {
        return row.equals("old") ? oldJar : newJar;
    }

    private void ratios(String row, String other) {
        for (String column : COLUMNS) {
            figures.ratio(FIRST + "." + row + "." + column, FIRST + "." + other + "." + column)
                    .ifPresent(ratio -> figures.add(FIRST + "." + row + " / " + other + "." + column, ratio));
        }
    }

    private String describe(String row) throws IOException {
        return "- " + row + ": " + jar(row) + ", " + Files.size(jar(row)) + " bytes\n";
    }
}
