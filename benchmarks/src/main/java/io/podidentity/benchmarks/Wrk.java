// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a run of {@code wrk} with 50 connections measured.
 *
 * @param requests the number of answers
 * @param perSecond answers per second
 * @param p50Millis the median time of an answer
 * @param p99Millis 99 of 100 answers took at most this
 * @param errors answers with another status than 2xx or 3xx, broken and timed-out requests
 */
record Wrk(long requests, double perSecond, double p50Millis, double p99Millis, long errors) {
    /**
     * Runs it.
     *
     * @param prefix words before its own, such as those of {@code taskset}
     */
    static Wrk run(List<String> prefix, String url, int seconds) throws IOException {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(List.of("wrk", "-t1", "-c50", "-d" + seconds + "s", "--timeout", "20s", "--latency", url));
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        return of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
    }

    static Wrk of(String output) throws IOException {
        if (!output.contains("Requests/sec:")) {
            throw new IOException("wrk says: " + output);
        }
        double broken = sum("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)", output);
        double refused = sum("Non-2xx or 3xx responses: (\\d+)", output);
        return new Wrk(
                (long) sum("(\\d+) requests in ", output),
                sum("Requests/sec:\\s+([\\d.]+)", output),
                percentileMillis("50", output),
                percentileMillis("99", output),
                (long) (broken + refused));
    }

    private static double percentileMillis(String percent, String output) {
        String line = "(?m)^\\s+" + percent + "%\\s+([\\d.]+)";
        return sum(line + "us", output) / 1_000
                + sum(line + "ms", output)
                + sum(line + "s", output) * 1_000
                + sum(line + "m\\b", output) * 60_000;
    }

    /** The sum of the numbers that the groups of a pattern find; 0 if it does not match. */
    private static double sum(String pattern, String output) {
        double sum = 0;
        Matcher matcher = Pattern.compile(pattern).matcher(output);
        if (matcher.find()) {
            for (int i = 1; i <= matcher.groupCount(); i++) {
                sum += Double.parseDouble(matcher.group(i));
            }
        }
        return sum;
    }
}
