// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve.arm;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pending failures: each is used by the first request that it matches. Thread-safe. */
public final class ArmFaults {

    private static final Pattern ORDER =
            Pattern.compile("(?<method>\\S+) +(?<part>\\S+) +(?<status>[45]\\d\\d|failed) +(?<code>\\S+)");

    // @GuardedBy("this")
    private final List<Fault> faults = new ArrayList<>();

    /**
     * A pending failure.
     *
     * @param part what the path contains, in lower case
     * @param ofOperation whether the request is accepted and what it makes fails in the end
     */
    record Fault(String method, String part, boolean ofOperation, ArmException refusal) {

        boolean matches(String requestMethod, ResourceId id) {
            return method.equals(requestMethod) && id.key().contains(part);
        }
    }

    /** Adds {@code METHOD PATH-PART STATUS CODE}; throws IllegalArgumentException if it is not of that form. */
    public synchronized void add(String order) {
        faults.add(parse(order));
    }

    private static Fault parse(String order) {
        Matcher words = ORDER.matcher(order.strip());
        if (!words.matches()) {
            throw malformed(order);
        }
        boolean ofOperation = words.group("status").equals("failed");
        String method = words.group("method").toUpperCase(Locale.ROOT);
        // Only a PUT begins an operation whose end a client asks for.
        if (ofOperation && !method.equals("PUT")) {
            throw malformed(order);
        }
        int status = ofOperation ? 500 : Integer.parseInt(words.group("status"));
        return new Fault(
                method,
                words.group("part").toLowerCase(Locale.ROOT),
                ofOperation,
                new ArmException(status, words.group("code"), "The emulator was told to fail here."));
    }

    private static IllegalArgumentException malformed(String order) {
        return new IllegalArgumentException(
                "\"" + order + "\" is no fault of Resource Manager: write METHOD PATH-PART STATUS CODE, such as"
                        + " \"PUT federatedIdentityCredentials 409 Conflict\", or \"failed\" as the STATUS"
                        + " of a PUT that begins and then fails");
    }

    /** Removes and returns the first failure that matches this request; empty if none does. */
    synchronized Optional<Fault> takeNext(String method, ResourceId id) {
        Optional<Fault> next =
                faults.stream().filter(fault -> fault.matches(method, id)).findFirst();
        next.ifPresent(faults::remove);
        return next;
    }
}
