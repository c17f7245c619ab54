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
    private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in ");
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([\\d.]+)");
    private static final Pattern PERCENTILE = Pattern.compile("(?m)^\\s+(50|99)%\\s+([\\d.]+)(us|ms|s|m)\\b");
    private static final Pattern SOCKET_ERRORS =
            Pattern.compile("Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");
    private static final Pattern STATUSES = Pattern.compile("Non-2xx or 3xx responses: (\\d+)");

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
        double p50 = 0;
        double p99 = 0;
        Matcher percentile = PERCENTILE.matcher(output);
        while (percentile.find()) {
            double millis = Double.parseDouble(percentile.group(2)) * unitMillis(percentile.group(3));
            if (percentile.group(1).equals("50")) {
                p50 = millis;
            } else {
                p99 = millis;
            }
        }
        Matcher requests = REQUESTS.matcher(output);
        Matcher rate = RATE.matcher(output);
        if (!requests.find() || !rate.find()) {
            throw new IOException("wrk says: " + output);
        }
        return new Wrk(
                Long.parseLong(requests.group(1)),
                Double.parseDouble(rate.group(1)),
                p50,
                p99,
                sum(SOCKET_ERRORS.matcher(output)) + sum(STATUSES.matcher(output)));
    }

    private static double unitMillis(String unit) {
        return switch (unit) {
            case "us" -> 0.001;
            case "ms" -> 1;
            case "s" -> 1_000;
            default -> 60_000;
        };
    }

    private static long sum(Matcher matcher) {
        long sum = 0;
        if (matcher.find()) {
            for (int i = 1; i <= matcher.groupCount(); i++) {
                sum += Long.parseLong(matcher.group(i));
            }
        }
        return sum;
    }
}
