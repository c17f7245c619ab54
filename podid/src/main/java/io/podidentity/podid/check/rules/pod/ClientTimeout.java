package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** Where NMI waits for MIC; it then logs context canceled. */
public final class ClientTimeout implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C11",
                "client-timeout",
                "A program gives up before NMI answers",
                "Allow 110 s: NMI waits up to 100 s for MIC before it says no",
                "Azure/aad-pod-identity#770",
                "Azure/aad-pod-identity#773",
                "Azure/aad-pod-identity#414");
    }

    @Override
    public void check(RuleContext context, Report report) {
        if (!context.profile().hasMic()) {
            return;
        }
        for (PodSource pod : context.labelledPods()) {
            for (TokenTimeout patience : TokenTimeout.of(pod)) {
                if (!patience.isEnough()) {
                    report.add(
                            patience.location(),
                            "it waits " + patience.seconds() + " s, and NMI answers after up to 100 s",
                            about().remedy() + ".");
                }
            }
        }
    }
}
