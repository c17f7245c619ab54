package io.podidentity.podid.check.rules.pod;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import io.podidentity.podid.check.source.PodSource;
import java.util.Set;

/** A warning for jobs, which may end by it; for pods that start again it is for information. */
public final class StartupRace implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C11",
                "startup-race",
                "A pod may ask for its token before MIC has assigned the identity",
                "Add an init container that asks until a token comes, or let the program retry for 100 s",
                "Azure/aad-pod-identity#738",
                "Azure/aad-pod-identity#770",
                "Azure/aad-pod-identity#678",
                "Azure/aad-pod-identity#279");
    }

    private static final Set<String> ENDING = Set.of("Job", "CronJob");

    @Override
    public void check(RuleContext context, Report report) {
        if (!context.profile().hasMic()) {
            return;
        }
        for (PodSource pod : context.labelledPods()) {
            if (context.match(pod).identities().isEmpty()
                    || waits(pod)
                    || TokenTimeout.of(pod).stream().anyMatch(TokenTimeout::isEnough)) {
                continue;
            }
            boolean ends = ENDING.contains(pod.kind());
            report.add(
                    ends ? Severity.WARNING : Severity.INFO,
                    pod.label(Pod.BINDING_LABEL),
                    "the pod can start before MIC has assigned its identity, which takes up to a minute on a new node"
                            + (ends ? ", and a " + pod.kind() + " that fails is over" : ""),
                    about().remedy() + ".");
        }
    }

    private static boolean waits(PodSource pod) {
        return pod.spec("initContainers").texts().stream()
                .anyMatch(text -> text.text().contains("/metadata/identity")
                        || text.text().contains("wait"));
    }
}
