// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What to measure, from the command line.
 *
 * @param quick few rounds, on one JDK
 * @param rounds how many rounds count for whole processes, at least 1; one more is run before them
 * @param jdks by default the one that runs this
 * @param only the parts to measure; empty for all of them
 */
record Options(boolean quick, int rounds, List<Jdk> jdks, Set<String> only) {
    static final String USAGE = """
            Usage: Benchmarks [--quick] [--rounds N] [--jdk FOLDER]... [--only PART]...
            Parts: processes, nothing, load, starts, apps, jmh""";

    private static final Set<String> PARTS = Set.of("processes", "nothing", "load", "starts", "apps", "jmh");
    private static final int QUICK_ROUNDS = 5;
    private static final int ROUNDS = 21;

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException if an option is unknown or its value is missing or unusable
     */
    static Options of(String[] arguments) throws IOException {
        boolean quick = false;
        int rounds = 0;
        List<Jdk> jdks = new ArrayList<>();
        Set<String> only = new TreeSet<>();
        Deque<String> left = new ArrayDeque<>(List.of(arguments));
        while (!left.isEmpty()) {
            String option = left.remove();
            switch (option) {
                case "--quick" -> quick = true;
                case "--rounds" -> rounds = rounds(value(option, left));
                case "--jdk" -> jdks.add(Jdk.in(Path.of(value(option, left))));
                case "--only" -> only.add(part(value(option, left)));
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        if (jdks.isEmpty()) {
            jdks.add(Jdk.own());
        }
        if (rounds == 0) {
            rounds = quick ? QUICK_ROUNDS : ROUNDS;
        }
        return new Options(quick, rounds, jdks, only);
    }

    boolean has(String part) {
        return only.isEmpty() || only.contains(part);
    }

    private static String value(String option, Deque<String> left) {
        if (left.isEmpty()) {
            throw new IllegalArgumentException("a value is missing after " + option);
        }
        return left.remove();
    }

    private static int rounds(String text) {
        if (!text.matches("[1-9]\\d{0,3}")) {
            throw new IllegalArgumentException("--rounds must be a number from 1 to 9999, not " + text);
        }
        return Integer.parseInt(text);
    }

    private static String part(String name) {
        if (!PARTS.contains(name)) {
            throw new IllegalArgumentException("unknown part " + name);
        }
        return name;
    }
}
