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

    /** Of a kind in lower case, also one that is empty or unknown. */
    public static String singular(String kind) {
        return SHORT.getOrDefault(kind, kind.replaceFirst("s$", ""));
    }

    /** @throws IllegalArgumentException if it is none; the message says how it is written */
    static WorkloadName parse(String text) {
        int slash = text.indexOf('/');
        String word = text.substring(0, Math.max(0, slash)).toLowerCase(Locale.ROOT);
        String kind = singular(word);
        String name = text.substring(slash + 1);
        if (!(SHORT.containsValue(kind) || kind.equals("job"))
                || !NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Whose identity? Write deploy/NAME, sts/NAME, ds/NAME, job/NAME,"
                    + " cronjob/NAME, pod/NAME or sa/NAME");
        }
        return new WorkloadName(kind, name);
    }

    boolean isServiceAccount() {
        return kind.equals(SERVICE_ACCOUNT);
    }

    @Override
    public String toString() {
        return kind + "/" + name;
    }
}
