package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Unknown and misplaced keys are ignored without a word. */
public final class MisplacedKey implements Rule {

    @Override
    public About about() {
        return About.error(
                "C15",
                "workload-identity-key",
                "A key of workload identity does not exist, or is on another object than the one that is read",
                "client-id and tenant-id are annotations of the service account; use is a label of the pod",
                "Azure/azure-workload-identity#1249",
                "Azure/azure-workload-identity#1025");
    }

    private static final String PREFIX = "azure.workload.identity/";
    private static final Set<String> OF_ACCOUNTS = Set.of(Keys.CLIENT_ID, Keys.TENANT_ID, Keys.TOKEN_EXPIRATION);
    private static final Set<String> OF_PODS = Set.of(
            Keys.TOKEN_EXPIRATION, Keys.SKIP_CONTAINERS, Keys.INJECT_PROXY, Keys.PROXY_PORT, Keys.USE_IDENTITY_BINDING);

    @Override
    public void check(RuleContext context, Report report) {
        for (FieldLocation account : context.kind("ServiceAccount")) {
            check(report, account.at("metadata", "annotations"), OF_ACCOUNTS, "a service account");
            for (String key : List.of(Keys.CLIENT_ID, Keys.TENANT_ID)) {
                FieldLocation label = account.at("metadata", "labels", key);
                if (label.exists()) {
                    report.add(
                            label,
                            key + " is a label here, and only an annotation counts",
                            "Move it to annotations: " + key + ": " + label.text());
                }
            }
        }
        for (PodSource pod : context.pods()) {
            FieldLocation annotations = pod.template().at("metadata", "annotations");
            check(report, annotations, OF_PODS, "a pod");
            FieldLocation use = annotations.at(Keys.USE);
            if (use.exists() && !pod.label(Keys.USE).exists()) {
                report.add(
                        use,
                        Keys.USE + " is an annotation here, and only a label counts",
                        "Move it to labels: " + Keys.USE + ": \"true\"");
            }
        }
    }

    private static void check(Report report, FieldLocation annotations, Set<String> known, String holder) {
        for (String key : annotations.keys()) {
            boolean custom = key.startsWith(Keys.USE);
            if (!key.startsWith(PREFIX) || known.contains(key) || custom) {
                continue;
            }
            FieldLocation annotation = annotations.at(key);
            Set<String> all = new LinkedHashSet<>(OF_ACCOUNTS);
            all.addAll(OF_PODS);
            if (all.contains(key)) {
                report.add(
                        annotation,
                        key + " is not read from " + holder,
                        OF_ACCOUNTS.contains(key)
                                ? "Move it to the annotations of the service account that the pod runs as."
                                : "Move it to the annotations of the pod template.");
            } else {
                report.add(
                        annotation,
                        "there is no key " + key,
                        ClosestMatch.of(key, known)
                                .map(near -> "Did you mean " + near + "?")
                                .orElse("Remove it, or write one of: " + String.join(", ", new TreeSet<>(known))
                                        + "."));
            }
        }
    }
}
