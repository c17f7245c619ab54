package io.podidentity.podid.check.rules.network;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;

/** The pods that get an identity, one way or the other. */
final class IdentityPods {

    private IdentityPods() {}

    static List<PodSource> of(RuleContext context) {
        return context.pods().stream()
                .filter(pod -> !pod.pod().spec().hostNetwork())
                .filter(pod -> isWorkloadIdentity(pod)
                        || (context.profile().hasNmi()
                                && !pod.pod().bindingLabel().orElse("").isEmpty()))
                .toList();
    }

    static boolean isWorkloadIdentity(PodSource pod) {
        return "true".equals(pod.pod().labels().get(Keys.USE));
    }
}
