// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import java.util.List;
import java.util.OptionalDouble;

/** What the token provider should reach: ratios of one run, counts, and a few times inside a process. */
record Targets(Figures figures, StringBuilder out) {
    private static final String US = "TokenProvider";
    private static final String PEER = "azure-identity";

    /** Writes a table of the targets that were measured. */
    void write() {
        out.append("\n## Targets\n\n| Target | Limit | Measured | Verdict |\n|---|---|---|---|\n");
        credentials();
        apps();
        firstTokens();
        nothingThere();
        hits();
        storms();
    }

    private void firstTokens() {
        atMost(1.05, "first token from IMDS: wall / UrlConnection", ratio("imds", US, "UrlConnection", "wall ms"));
        atMost(1.1, "first token from IMDS: CPU / UrlConnection", ratio("imds", US, "UrlConnection", "cpu ms"));
        atMost(1.05, "first token from IMDS: memory / UrlConnection", ratio("imds", US, "UrlConnection", "peak MB"));
        atLeast(14, "times faster than azure-identity", ratio("imds", "AzureIdentityManagedIdentity", US, "wall ms"));
        atLeast(3, "times faster than msal4j", ratio("imds", "Msal4jManagedIdentity", US, "wall ms"));
        atMost(60, "own classes loaded", ours("footprint", "own classes"));
        atMost(0, "own threads alive after the token", ours("footprint", "own threads"));
        String floor = "BareProcessBuilder";
        atMost(1.15, "first token through az: wall / " + floor, ratio("az", US, floor, "wall ms"));
        atLeast(5, "times faster than AzureCliCredential", ratio("az", "AzureIdentityCli", US, "wall ms"));
    }

    private void nothingThere() {
        for (String network : List.of("refused", "no-route", "black-hole", "silent")) {
            boolean toldAtOnce = network.equals("refused") || network.equals("no-route");
            atMost(toldAtOnce ? 10 : 350, network + ": first failing call, ms", ours(network, "first"));
            atMost(1, network + ": next failing call, ms", ours(network, "next"));
            atMost(800, network + ": length of the message", ours(network, "length"));
        }
    }

    private void hits() {
        String map = "mapAndClock";
        atMost(1.3, "hit by resource / map look-up + clock", ratio("jmh", "alternatingResources", map, "1.ns"));
        OptionalDouble last = ratio("jmh", "lastResource", "volatileReadAndClock", "1.ns");
        atMost(1.2, "hit with the last resource / volatile read + clock", last);
        atMost(1.3, "new provider + hit / map look-up + clock", ratio("jmh", "newProvider", map, "1.ns"));
        atMost(1.1, "hit on 2 threads / on 1", onTwoThreads("lastResource"));
        atMost(1.1, "hit by resource on 2 threads / on 1", onTwoThreads("alternatingResources"));
        atMost(2.6, "adapter, sync / map look-up + clock", ratio("jmh", "adapterSync", map, "1.ns"));
        for (String name : List.of("lastResource", "alternatingResources", "adapterSync")) {
            // The profiler's own noise is a few hundredths of a byte.
            atMost(0.5, "bytes of " + name, figures.median("jmh." + name + ".1.bytes"));
        }
    }

    private void storms() {
        for (String phase : List.of("cold", "window", "expired")) {
            atMost(1, "1,000 threads, " + phase + ": requests", ours("storm-2ms", phase + ".requests"));
            atMost(0, "1,000 threads, " + phase + ": errors", ours("storm-2ms", phase + ".errors"));
        }
        for (String delay : List.of("2ms", "100ms")) {
            OptionalDouble ratio = ratio("storm-" + delay, US, "OneFlight", "cold.p99");
            atMost(1.15, "1,000 threads, cold, " + delay + ": p99 / OneFlight", ratio);
        }
    }

    /** The same application, and the demo, all as one jar. */
    private void credentials() {
        for (String row : List.of("library", "starter", "demo")) {
            String to = row + " / azure-identity: ";
            atMost(1, to + "start to first blob", ratio("credentials", row, PEER, "first blob ms"));
            atMost(0.9, to + "resident at the first blob", ratio("credentials", row, PEER, "resident MB"));
            atLeast(3, to + "/api/identity per second", ratio("credentials", row, PEER, "/api/identity per s"));
            atLeast(1.1, to + "/api/blobs per second", ratio("credentials", row, PEER, "/api/blobs per s"));
        }
    }

    /** The demo in its tuned image, beside the peer as Boot documents it for a fast start. */
    private void apps() {
        String demo = "demo, tuned image";
        String peer = PEER + ", ahead of time";
        String to = demo + " / " + peer + ": ";
        atMost(0.5, to + "start to first blob", ratio("apps", demo, peer, "first blob ms"));
        atMost(0.75, to + "resident at the first blob", ratio("apps", demo, peer, "resident MB"));
        atLeast(1.1, to + "/api/blobs per second", ratio("apps", demo, peer, "/api/blobs per s"));
        atMost(1, to + "p99 of /api/blobs", ratio("apps", demo, peer, "/api/blobs p99 ms"));
    }

    private OptionalDouble ours(String scenario, String column) {
        return figures.median(scenario + "." + US + "." + column);
    }

    private OptionalDouble ratio(String scenario, String row, String otherRow, String column) {
        String prefix = scenario + ".";
        return figures.ratio(prefix + row + "." + column, prefix + otherRow + "." + column);
    }

    private OptionalDouble onTwoThreads(String benchmark) {
        return figures.ratio("jmh." + benchmark + ".2.ns", "jmh." + benchmark + ".1.ns");
    }

    private void atMost(double limit, String text, OptionalDouble measured) {
        measured.ifPresent(value -> line(text, "≤ " + Figures.number(limit), value, value <= limit));
    }

    private void atLeast(double limit, String text, OptionalDouble measured) {
        measured.ifPresent(value -> line(text, "≥ " + Figures.number(limit), value, value >= limit));
    }

    private void line(String text, String limit, double value, boolean met) {
        out.append("| ").append(text).append(" | ").append(limit).append(" | ");
        out.append(Figures.number(value)).append(met ? " | met |\n" : " | **not met** |\n");
    }
}
