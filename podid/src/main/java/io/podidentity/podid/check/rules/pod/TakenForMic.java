package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;

/** In MIC's namespace, which is default; the pod gets any identity of the node. */
public final class TakenForMic implements Rule {

    @Override
    public About about() {
        return About.error(
                "C13",
                "taken-for-mic",
                "NMI takes the pod for MIC, since its name begins with mic",
                "Give the workload another name, or set NMI's flag --MICNamespace to the namespace in which MIC runs",
                "Azure/aad-pod-identity#610");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.profile().hasNmi() ? context.pods() : List.<PodSource>of()) {
            boolean taken = context.matcher()
                    .bypass(pod.pod())
                    .filter(bypass -> bypass.exception() == null)
                    .isPresent();
            if (taken && !isMic(pod)) {
                report.add(
                        pod.manifest().at("metadata", "name"),
                        "the name of its ReplicaSet begins with mic, so NMI passes its requests to the node's metadata"
                                + " service",
                        about().remedy() + ".");
            }
        }
    }

    private static boolean isMic(PodSource pod) {
        return pod.containers().stream()
                .anyMatch(container -> container.at("image").text().matches("(.*/)?mic(:.*|@.*)?"));
    }
}
