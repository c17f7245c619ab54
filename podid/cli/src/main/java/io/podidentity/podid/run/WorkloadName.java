// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.run;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What a user calls a workload, such as {@code deploy/orders}. */
public record WorkloadName(String kind, String name) {

    static final String SERVICE_ACCOUNT = "serviceaccount";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-.a-z0-9]*[a-z0-9])?");

    /** As kubectl has them; it takes plurals too. */
    private static final Map<String, String> SHORT = Map.of(
            "deploy", "deployment",
            "sts", "statefulset",
            "ds", "daemonset",
            "rs", "replicaset",
            "cj", "cronjob",
            "po", "pod",
            "sa", SERVICE_ACCOUNT);

    /**
     * The name of a kind without its plural and its short form.
     *
     * @param kind in lower case; it may be empty or unknown
     */
    public static String singular(String kind) {
        return SHORT.getOrDefault(kind, kind.replaceFirst("s$", ""));
    }

    /** @throws IllegalArgumentException if it is none; the message says how it is written */
    static WorkloadName parse(String text) {
        int slash = text.indexOf('/');
        String kind = singular(text.substring(0, Math.max(0, slash)).toLowerCase(Locale.ROOT));
        String name = text.substring(slash + 1);
        if (!isKnown(kind) || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Whose identity? Write deploy/NAME, sts/NAME, ds/NAME, job/NAME,"
                    + " cronjob/NAME, pod/NAME or sa/NAME");
        }
        return new WorkloadName(kind, name);
    }

    /** A job has no short name. */
    private static boolean isKnown(String kind) {
        return SHORT.containsValue(kind) || kind.equals("job");
    }

    boolean isServiceAccount() {
        return kind.equals(SERVICE_ACCOUNT);
    }

    @Override
    public String toString() {
        return kind + "/" + name;
    }
}
