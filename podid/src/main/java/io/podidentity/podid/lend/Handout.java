package io.podidentity.podid.lend;

import io.podidentity.emulator.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What to paste where, so that borrowers find the server. It holds their secrets. */
final class Handout {

    private static final String INDENT = "  ";

    private final Lending lending;
    private final boolean loopback;

    /** @param loopback whether only this machine, and containers that share its network, reach the server */
    Handout(Lending lending, boolean loopback) {
        this.lending = lending;
        this.loopback = loopback;
    }

    /** For people. */
    String text() {
        var lines = new ArrayList<String>();
        lines.add("Each borrower needs two variables:");
        lines.add("");
        for (Borrower borrower : lending.borrowers()) {
            lines.add(INDENT + "# " + borrower.name());
            lines.add(INDENT + "export " + String.join(" ", assignments(lending.variables(borrower))));
        }
        lines.addAll(List.of(
                "",
                "and gets them without their values in a file or in the list of processes:",
                "",
                INDENT + "docker or podman   docker run -e IDENTITY_ENDPOINT -e IDENTITY_HEADER IMAGE",
                INDENT + "compose.yaml       environment: [IDENTITY_ENDPOINT, IDENTITY_HEADER]",
                INDENT + "devcontainer.json  \"remoteEnv\": {\"IDENTITY_ENDPOINT\": \"${localEnv:IDENTITY_ENDPOINT}\","
                        + " \"IDENTITY_HEADER\": \"${localEnv:IDENTITY_HEADER}\"}",
                INDENT + ".env               the two assignments, a line each; keep that file out of Git",
                ""));
        Borrower first = lending.borrowers().get(0);
        lines.add("A program that knows the metadata service or Cloud Shell only, as " + first.name()
                + ", needs one of:");
        lines.add("");
        assignments(lending.otherVariables(first)).forEach(line -> lines.add(INDENT + line));
        lines.add("");
        if (loopback) {
            lines.addAll(List.of(
                    "This is loopback. A container reaches it with --network host; in Docker Desktop and podman machine by"
                            + " the name",
                    "host.docker.internal or host.containers.internal in place of the address. Elsewhere: --bind docker"
                            + " or podman.",
                    ""));
        }
        lines.add("A line per token follows. Ctrl-C ends it.");
        return String.join(System.lineSeparator(), lines);
    }

    private static List<String> assignments(Map<String, String> variables) {
        return new TreeMap<>(variables)
                .entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList();
    }

    /** For scripts: one line. */
    String json(Instant end) {
        var borrowers = new ArrayList<Map<String, Object>>();
        for (Borrower borrower : lending.borrowers()) {
            var variables = new LinkedHashMap<String, String>(lending.variables(borrower));
            variables.putAll(lending.otherVariables(borrower));
            borrowers.add(Map.of("name", borrower.name(), "env", variables));
        }
        var object = new LinkedHashMap<String, Object>();
        object.put("url", lending.uri().toString());
        object.put("until", end.toString());
        object.put("borrowers", borrowers);
        return Json.write(object);
    }
}
