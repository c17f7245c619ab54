package io.podidentity.podid.check.rules.pod;

import io.podidentity.emulator.replay.Replay;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** NMI does not see such a pod: the real metadata service answers, with all identities of the node. */
public final class HostNetwork implements Rule {

    @Override
    public About about() {
        return About.error(
                "C10",
                "host-network",
                "A pod with the label uses the node's network",
                "Remove hostNetwork: true from the pod",
                "Azure/aad-pod-identity#338");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.labelledPods()) {
            if (!Replay.reachesNmi(pod.pod(), context.rules())) {
                report.add(
                        pod.spec("hostNetwork"),
                        "the pod uses the node's network, so NMI never sees its requests, and every identity of the"
                                + " node answers",
                        about().remedy() + ".");
            }
        }
    }
}
