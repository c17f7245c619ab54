package io.podidentity.benchmarks.report;

import java.util.ArrayList;
import java.util.List;

/** All tables of one run, and what of the targets it reached. */
public final class Report {
    private static final List<String> IMDS = List.of(
            "JvmHello",
            "RawSocket",
            "UrlConnection",
            "UrlConnectionAndJar",
            "UrlConnectionAndClasses",
            "JdkHttpClient",
            "TokenProvider",
            "Msal4jManagedIdentity",
            "AzureIdentityManagedIdentity",
            "AzureIdentityDefault");
    private static final List<String> AZ =
            List.of("BareProcessBuilder", "TokenProvider", "AzureIdentityCli", "AzureIdentityDefault");
    private static final List<String> CLIENTS = List.of(
            "Constant",
            "BareSocket",
            "OneFlight",
            "TokenProvider",
            "Msal4jManagedIdentity",
            "AzureIdentityManagedIdentity",
            "AzureIdentityCli",
            "AzureIdentityDefault");
    private static final List<String> HITS = List.of(
            "clock",
            "volatileReadAndClock",
            "mapAndClock",
            "lastResource",
            "alternatingResources",
            "request",
            "newProvider",
            "adapterSync",
            "adapterMono",
            "accessTokenCache",
            "managedIdentityCredential",
            "defaultAzureCredential",
            "msal4j");
    private static final List<String> STARTS =
            List.of("one jar", "extracted", "extracted, AppCDS", "extracted, AppCDS, C1 alone", "extracted, AOT cache");
    private static final List<String> PROCESS = List.of("wall ms", "cpu ms", "peak MB");
    private static final List<String> CALLS = List.of("first", "next", "length", "lines");
    private static final List<String> TROUBLE = List.of("worst", "calls", "errors", "requests", "inFlight");
    private static final List<String> STORM = List.of(
            "cold.p99",
            "cold.p50",
            "cold.max",
            "cold.requests",
            "window.p99",
            "window.max",
            "window.requests",
            "window.errors",
            "expired.p99",
            "expired.requests");

    private Report() {}

    /**
     * Writes it in Markdown.
     *
     * @param head what it was measured on
     */
    public static String of(String head, Figures figures) {
        StringBuilder out = new StringBuilder(head);
        out.append("\nMedians, with the least and the greatest in brackets.\n");
        for (Table table : tables()) {
            table.write(figures, out);
        }
        out.append("\n## Pauses between the requests of a refresh that fails, ms\n\n");
        for (String trouble : List.of("failing", "hanging", "throttling")) {
            figures.text(trouble + ".TokenProvider.gaps")
                    .ifPresent(gaps -> out.append("- ")
                            .append(trouble)
                            .append(": ")
                            .append(gaps.isEmpty() ? "one request" : gaps)
                            .append('\n'));
        }
        out.append("\n## Targets\n\n| Target | Limit | Measured | |\n|---|---|---|---|\n");
        for (Target target : Targets.of(figures)) {
            target.write(out);
        }
        return out.toString();
    }

    private static List<Table> tables() {
        List<Table> all = new ArrayList<>();
        all.add(new Table("First token of a process, from IMDS (2 ms)", "imds", IMDS, PROCESS, "UrlConnection"));
        all.add(new Table("First token of a process, through az (5 ms)", "az", AZ, PROCESS, "BareProcessBuilder"));
        all.add(new Table("The same, in a second process", "az-second", AZ, PROCESS, "BareProcessBuilder"));
        all.add(new Table("The same, IMDS's packets dropped", "az-black-hole", AZ, PROCESS, "BareProcessBuilder"));
        List<String> footprint =
                List.of("classes", "from class path", "own classes", "threads", "own threads", "jars", "jar kB");
        all.add(new Table("Footprint of a first token from IMDS", "footprint", IMDS, footprint, ""));
        List<String> calls = List.of("first", "second", "az processes");
        all.add(new Table("Two calls in one process through az, ms", "two-calls", CLIENTS, calls, ""));
        for (String network : List.of("refused", "no-route", "black-hole", "silent")) {
            all.add(new Table(
                    "Nothing there: " + network + ", ms in the process", network, CLIENTS, CALLS, "BareSocket"));
        }
        List<String> start = List.of("ready ms", "cpu ms", "resident MB");
        all.add(new Table("The demo's start until it is ready", "demo", STARTS, start, "one jar"));
        List<String> cost = List.of("1.ns", "2.ns", "1.bytes", "2.bytes");
        all.add(new Table("A call with the token in the cache", "jmh", HITS, cost, "mapAndClock"));
        for (String kind : List.of("platform", "virtual")) {
            for (String delay : List.of("2ms", "100ms")) {
                String storm = "storm-" + kind + "-" + delay;
                String title = "1,000 " + kind + " threads, IMDS answers cold after " + delay;
                all.add(new Table(title, storm, CLIENTS, STORM, "OneFlight"));
            }
        }
        for (String trouble : List.of("slow", "failing", "hanging", "throttling")) {
            all.add(new Table("A refresh with a server that is " + trouble, trouble, CLIENTS, TROUBLE, ""));
        }
        List<String> shared = List.of("worst", "messages", "requests");
        all.add(new Table("500 and no token, 50 callers, deadline 3 s", "shared-failure", CLIENTS, shared, ""));
        all.add(new Table("10,000 resources", "keys", CLIENTS, List.of("kept", "bytesPerEntry"), ""));
        return all;
    }
}
