// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.emulator.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What to paste where, so that borrowers find the server. It holds their secrets.
 *
 * @param loopback whether only this machine, and containers that share its network, reach the server
 */
record Handout(Lending lending, boolean loopback) {

    private static final String LOOPBACK = """
            This is loopback. A container reaches it with --network host; in Docker Desktop and podman machine by the
            name host.docker.internal or host.containers.internal in place of the address. Elsewhere: --bind docker or
            podman.

            """;

    /** A text to read, and lines to copy. */
    String text() {
        Borrower first = lending.borrowers().get(0);
        String borrowers =
                lending.borrowers().stream().map(this::describeBorrower).collect(Collectors.joining("\n"));
        return """
                Each borrower needs two variables:

                %s

                and gets them without their values in a file or in the list of processes:

                  docker or podman   docker run -e IDENTITY_ENDPOINT -e IDENTITY_HEADER IMAGE
                  compose.yaml       environment: [IDENTITY_ENDPOINT, IDENTITY_HEADER]
                  devcontainer.json  "remoteEnv": {"IDENTITY_ENDPOINT": "${localEnv:IDENTITY_ENDPOINT}", \
                "IDENTITY_HEADER": "${localEnv:IDENTITY_HEADER}"}
                  .env               the two assignments, a line each; keep that file out of Git

                A program that knows the metadata service or Cloud Shell only, as %s, needs one of:

                  %s

                %sA line per token follows. Ctrl-C ends it.""".formatted(
                        borrowers,
                        first.name(),
                        String.join("\n  ", assignments(lending.otherVariables(first))),
                        loopback ? LOOPBACK : "");
    }

    private String describeBorrower(Borrower borrower) {
        return "  # " + borrower.name() + "\n  export " + String.join(" ", assignments(lending.variables(borrower)));
    }

    private static List<String> assignments(Map<String, String> variables) {
        return new TreeMap<>(variables)
                .entrySet().stream()
                        .map(variable -> variable.getKey() + "=" + variable.getValue())
                        .toList();
    }

    /** One line for programs. */
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
