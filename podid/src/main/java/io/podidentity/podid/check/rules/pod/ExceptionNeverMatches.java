package io.podidentity.podid.check.rules.pod;

import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.Map;
import java.util.Optional;

/** Only where the files tell so: no labels, pods in another namespace, or a key in another letter case. */
public final class ExceptionNeverMatches implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C13",
                "exception-never-matches",
                "An exception matches no pod",
                "Write labels that the pods have, in the namespace of the pods",
                "Azure/aad-pod-identity#610",
                "Azure/aad-pod-identity#799");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzurePodIdentityException exception : context.cluster().exceptions()) {
            FieldLocation spec = context.location(exception).at("spec");
            if (exception.podLabels().isEmpty() && !spec.like("podLabels").exists()) {
                report.add(
                        spec.at("podLabels"),
                        "the exception has no labels, so it matches no pod",
                        about().remedy() + ".");
            }
            boolean matches = context.pods().stream()
                    .anyMatch(pod ->
                            pod.pod().namespace().equals(exception.namespace()) && has(pod, exception.podLabels()));
            if (!matches) {
                exception
                        .podLabels()
                        .forEach((key, value) -> check(
                                context,
                                report,
                                exception,
                                spec.like("podLabels").at(key)));
            }
        }
    }

    private static boolean has(PodSource pod, Map<String, String> labels) {
        return labels.entrySet().stream()
                .anyMatch(label ->
                        label.getValue().equalsIgnoreCase(pod.pod().labels().get(label.getKey())));
    }

    private static void check(
            RuleContext context, Report report, AzurePodIdentityException exception, FieldLocation label) {
        for (PodSource pod : context.pods()) {
            boolean here = pod.pod().namespace().equals(exception.namespace());
            String key = label.path().substring(label.path().indexOf("odLabels.") + "odLabels.".length());
            if (!here && has(pod, Map.of(key, label.text()))) {
                report.add(
                        label,
                        "pod " + pod.pod().name()
                                + " has this label, but an exception counts in its own namespace only",
                        "Write: namespace: " + pod.pod().namespace());
                return;
            }
            Optional<String> near = ClosestMatch.of(key, pod.pod().labels().keySet());
            if (here
                    && near.isPresent()
                    && label.text().equalsIgnoreCase(pod.pod().labels().get(near.get()))) {
                report.add(
                        label,
                        "no pod has the label " + key + ", but pod " + pod.pod().name() + " has " + near.get(),
                        "Write: " + near.get() + ": " + label.text());
                return;
            }
        }
    }
}
