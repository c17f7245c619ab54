package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.Scene;
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
    public void check(Scene scene, Report report) {
        if (!scene.profile().hasMic()) {
            return;
        }
        for (PodSource pod : scene.labelledPods()) {
            for (Patience patience : Patience.of(pod)) {
                if (!patience.isEnough()) {
                    report.add(
                            patience.spot(),
                            "it waits " + patience.seconds() + " s, and NMI answers after up to 100 s",
                            about().remedy() + ".");
                }
            }
        }
    }
}
