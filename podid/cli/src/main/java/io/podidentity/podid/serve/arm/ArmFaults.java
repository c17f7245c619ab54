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

    private static final Pattern ORDER = Pattern.compile("(\\S+) +(\\S+) +([45]\\d\\d|failed) +(\\S+)");

    // @GuardedBy("this")
    private final List<Fault> faults = new ArrayList<>();

    /**
     * A pending failure.
     *
     * @param part what the path contains, in lower case
     * @param ofOperation whether the request is accepted and what it makes fails in the end
     */
    record Fault(String method, String part, boolean ofOperation, ArmException refusal) {}

    /** Adds {@code METHOD PATH-PART STATUS CODE}; throws IllegalArgumentException if it is not of that form. */
    public synchronized void add(String order) {
        Matcher words = ORDER.matcher(order.strip());
        boolean ofOperation = words.matches() && words.group(3).equals("failed");
        if (!words.matches() || (ofOperation && !words.group(1).equalsIgnoreCase("PUT"))) {
            throw new IllegalArgumentException(
                    "\"" + order + "\" is no fault of Resource Manager: write METHOD PATH-PART STATUS CODE, such as"
                            + " \"PUT federatedIdentityCredentials 409 Conflict\", or \"failed\" as the STATUS"
                            + " of a PUT that begins and then fails");
        }
        int status = ofOperation ? 500 : Integer.parseInt(words.group(3));
        faults.add(new Fault(
                words.group(1).toUpperCase(Locale.ROOT),
                words.group(2).toLowerCase(Locale.ROOT),
                ofOperation,
                new ArmException(status, words.group(4), "The emulator was told to fail here.")));
    }

    /** The first one that matches this request; it is then used up. */
    synchronized Optional<Fault> next(String method, ResourceId id) {
        Optional<Fault> first = faults.stream()
                .filter(fault -> fault.method().equals(method) && id.key().contains(fault.part()))
                .findFirst();
        first.ifPresent(faults::remove);
        return first;
    }
}
