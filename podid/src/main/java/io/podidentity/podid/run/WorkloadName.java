package io.podidentity.podid.run;

import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a user calls a workload, such as {@code deploy/orders}.
 *
 * @param kind as the API names it in the singular, such as {@code deployment}
 */
record WorkloadName(String kind, String name) {

    static final String SERVICE_ACCOUNT = "serviceaccount";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-.a-z0-9]*[a-z0-9])?");

    /** Short and plural names, as kubectl has them. */
    private static final Map<String, String> KINDS = Map.ofEntries(
            Map.entry("deploy", "deployment"),
            Map.entry("deployments", "deployment"),
            Map.entry("sts", "statefulset"),
            Map.entry("statefulsets", "statefulset"),
            Map.entry("ds", "daemonset"),
            Map.entry("daemonsets", "daemonset"),
            Map.entry("rs", "replicaset"),
            Map.entry("replicasets", "replicaset"),
            Map.entry("jobs", "job"),
            Map.entry("cj", "cronjob"),
            Map.entry("cronjobs", "cronjob"),
            Map.entry("po", "pod"),
            Map.entry("pods", "pod"),
            Map.entry("sa", SERVICE_ACCOUNT),
            Map.entry("serviceaccounts", SERVICE_ACCOUNT));

    /** @throws IllegalArgumentException if it is none; the message says how it is written */
    static WorkloadName parse(String text) {
        int slash = text.indexOf('/');
        String word = text.substring(0, Math.max(0, slash)).toLowerCase(Locale.ROOT);
        String kind = KINDS.getOrDefault(word, word);
        String name = text.substring(slash + 1);
        if (!KINDS.containsValue(kind) || !NAME.matcher(name).matches()) {
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
