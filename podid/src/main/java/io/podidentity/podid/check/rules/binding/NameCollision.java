package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.match.Candidate;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** Assigned identities are told apart by pod and identity name only. */
public final class NameCollision implements Rule {

    @Override
    public About about() {
        return About.error(
                "C6",
                "identity-name-collision",
                "A pod loses an identity, since another one has the same name",
                "Give identities different names, in all namespaces",
                "Azure/aad-pod-identity#1065",
                "Azure/aad-pod-identity#475");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.labelledPods()) {
            for (Candidate candidate : context.match(pod).candidates()) {
                if (candidate.obstacle() == Obstacle.NAME_COLLISION) {
                    report.add(
                            context.location(candidate.binding()).at("spec").like("azureIdentity"),
                            "pod " + pod.pod().name()
                                    + " matches identities of this name from two bindings, and gets the other one only",
                            "Give one of the identities another name.");
                }
            }
        }
    }
}
