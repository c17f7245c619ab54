// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the benchmarks of this package with one and with two threads, and prints a line for each figure:
 * {@code benchmark.threads.ns=mean minimum maximum} and {@code benchmark.threads.bytes=mean minimum maximum}.
 * Arguments: {@code quick} or {@code full}; and the file for JMH's own output, without its extension.
 */
public final class JmhSession {
    private JmhSession() {}

    public static void main(String[] args) throws Exception {
        boolean quick = args[0].equals("quick");
        for (int threads = 1; threads <= 2; threads++) {
            ChainedOptionsBuilder options = new OptionsBuilder()
                    .include(JmhSession.class.getPackageName())
                    .mode(Mode.AverageTime)
                    .timeUnit(TimeUnit.NANOSECONDS)
                    .threads(threads)
                    .forks(quick ? 1 : 3)
                    .warmupIterations(quick ? 2 : 4)
                    .warmupTime(TimeValue.milliseconds(quick ? 300 : 1_000))
                    .measurementIterations(quick ? 3 : 5)
                    .measurementTime(TimeValue.milliseconds(quick ? 300 : 1_000))
                    .addProfiler(GCProfiler.class)
                    .shouldFailOnError(false)
                    .output(args[1] + "-" + threads + ".log");
            for (RunResult result : new Runner(options.build()).run()) {
                print(result, threads);
            }
        }
    }

    private static void print(RunResult result, int threads) {
        String label = result.getParams().getBenchmark();
        String name = label.substring(label.lastIndexOf('.') + 1) + "." + threads;
        print(name + ".ns", result.getPrimaryResult());
        Result<?> bytes = result.getSecondaryResults().get("gc.alloc.rate.norm");
        if (bytes != null) {
            print(name + ".bytes", bytes);
        }
    }

    private static void print(String name, Result<?> result) {
        System.out.println(name + "=" + result.getScore() + " "
                + result.getStatistics().getMin() + " " + result.getStatistics().getMax());
    }
}
