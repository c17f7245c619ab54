package io.podidentity.benchmarks.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** What the token provider is to reach: ratios of one run, counts, and a few times inside a process. */
public final class Targets {
    private static final String US = ".TokenProvider";

    private final Figures figures;
    private final List<Target> targets = new ArrayList<>();

    private Targets(Figures figures) {
        this.figures = figures;
    }

    /** All of them, against what was measured. */
    public static List<Target> of(Figures figures) {
        Targets all = new Targets(figures);
        all.firstTokens();
        all.nothingThere();
        all.hits();
        all.storms();
        all.troubles();
        return List.copyOf(all.targets);
    }

    private void firstTokens() {
        String floor = "imds.UrlConnection.";
        atMost("first token from IMDS: wall / UrlConnection", 1.05, ratio("imds" + US + ".wall ms", floor + "wall ms"));
        atMost("first token from IMDS: CPU / UrlConnection", 1.1, ratio("imds" + US + ".cpu ms", floor + "cpu ms"));
        atMost(
                "first token from IMDS: memory / UrlConnection",
                1.05,
                ratio("imds" + US + ".peak MB", floor + "peak MB"));
        atLeast(
                "times sooner than azure-identity",
                14,
                ratio("imds.AzureIdentityManagedIdentity.wall ms", "imds" + US + ".wall ms"));
        atLeast("times sooner than msal4j", 3, ratio("imds.Msal4jManagedIdentity.wall ms", "imds" + US + ".wall ms"));
        atMost("own classes loaded", 60, figures.median("footprint" + US + ".own classes"));
        atMost("own threads alive after the token", 0, figures.median("footprint" + US + ".own threads"));
        atMost(
                "first token through az: wall / BareProcessBuilder",
                1.15,
                ratio("az" + US + ".wall ms", "az.BareProcessBuilder.wall ms"));
        atLeast(
                "times sooner than AzureCliCredential",
                5,
                ratio("az.AzureIdentityCli.wall ms", "az" + US + ".wall ms"));
        atMost(
                "second process through az: wall / BareProcessBuilder",
                1.15,
                ratio("az-second" + US + ".wall ms", "az-second.BareProcessBuilder.wall ms"));
        atMost("az processes for two calls", 1, figures.median("two-calls" + US + ".az processes"));
    }

    private void nothingThere() {
        for (String network : List.of("refused", "no-route")) {
            atMost(network + ": first failing call, ms", 10, figures.median(network + US + ".first"));
        }
        for (String network : List.of("black-hole", "silent")) {
            atMost(network + ": first failing call, ms", 350, figures.median(network + US + ".first"));
        }
        for (String network : List.of("refused", "no-route", "black-hole", "silent")) {
            atMost(network + ": next failing call, ms", 1, figures.median(network + US + ".next"));
            atMost(network + ": length of the message", 800, figures.median(network + US + ".length"));
        }
    }

    private void hits() {
        String map = "jmh.mapAndClock.1.ns";
        String field = "jmh.volatileReadAndClock.1.ns";
        atMost("hit by resource / map look-up + clock", 1.3, ratio("jmh.alternatingResources.1.ns", map));
        atMost("hit with the last resource / volatile read + clock", 1.2, ratio("jmh.lastResource.1.ns", field));
        atMost("new provider + hit / map look-up + clock", 1.3, ratio("jmh.newProvider.1.ns", map));
        atMost("hit on 2 threads / on 1", 1.1, ratio("jmh.lastResource.2.ns", "jmh.lastResource.1.ns"));
        atMost(
                "hit by resource on 2 threads / on 1",
                1.1,
                ratio("jmh.alternatingResources.2.ns", "jmh.alternatingResources.1.ns"));
        atMost("adapter, sync / map look-up + clock", 2.6, ratio("jmh.adapterSync.1.ns", map));
        for (String name : List.of("lastResource", "alternatingResources", "adapterSync")) {
            // The profiler's own noise is a few hundredths of a byte.
            atMost("bytes of " + name, 0.5, figures.median("jmh." + name + ".1.bytes"));
        }
    }

    private void storms() {
        for (String kind : List.of("platform", "virtual")) {
            for (String phase : List.of("cold", "window", "expired")) {
                String name = "storm-" + kind + "-2ms" + US + "." + phase;
                atMost("1,000 " + kind + " threads, " + phase + ": requests", 1, figures.median(name + ".requests"));
                atMost("1,000 " + kind + " threads, " + phase + ": errors", 0, figures.median(name + ".errors"));
            }
            for (String delay : List.of("2ms", "100ms")) {
                String storm = "storm-" + kind + "-" + delay;
                atMost(
                        "1,000 " + kind + " threads, cold, " + delay + ": p99 / OneFlight",
                        1.15,
                        ratio(storm + US + ".cold.p99", storm + ".OneFlight.cold.p99"));
            }
        }
    }

    private void troubles() {
        atMost("refresh, slow server: worst call, ms", 5, figures.median("slow" + US + ".worst"));
        for (String trouble : List.of("failing", "hanging", "throttling")) {
            atMost("refresh, " + trouble + " server: worst call, ms", 1, figures.median(trouble + US + ".worst"));
        }
        for (String trouble : List.of("slow", "failing", "hanging", "throttling")) {
            atMost("refresh, " + trouble + " server: errors", 0, figures.median(trouble + US + ".errors"));
            atMost("refresh, " + trouble + " server: in flight", 1, figures.median(trouble + US + ".inFlight"));
        }
        atMost(
                "500 and no token, deadline 3 s: worst call, ms",
                3_250,
                figures.median("shared-failure" + US + ".worst"));
        atMost("500 and no token: different answers", 1, figures.median("shared-failure" + US + ".messages"));
        atMost("10,000 keys: bytes an entry beside the token", 1_024, figures.median("keys" + US + ".bytesPerEntry"));
        atMost("10,000 keys: entries kept", 1_000, figures.median("keys" + US + ".kept"));
    }

    private OptionalDouble ratio(String name, String other) {
        return figures.ratio(name, other);
    }

    private void atMost(String text, double limit, OptionalDouble measured) {
        targets.add(Target.atMost(text, limit, measured));
    }

    private void atLeast(String text, double limit, OptionalDouble measured) {
        targets.add(Target.atLeast(text, limit, measured));
    }
}
