package io.podidentity.podid.check.rules.cluster;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** Neither NMI nor the proxy sidecar runs on Windows. */
public final class WindowsNode implements Rule {

    @Override
    public About about() {
        return About.error(
                "C18",
                "windows-node",
                "A pod for Windows nodes uses what exists on Linux only",
                "Use workload identity without the proxy sidecar",
                "Azure/AKS#3324");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            FieldLocation selector = pod.spec("nodeSelector");
            boolean windows = selector.at("kubernetes.io/os").text().equals("windows")
                    || selector.at("beta.kubernetes.io/os").text().equals("windows")
                    || pod.spec("os", "name").text().equals("windows");
            FieldLocation label = pod.label(Pod.BINDING_LABEL);
            if (windows && context.profile().hasNmi() && label.exists()) {
                report.add(label, "NMI does not run on Windows nodes", about().remedy() + ".");
            }
            FieldLocation proxy = pod.annotation(Keys.INJECT_PROXY);
            if (windows && proxy.exists()) {
                report.add(proxy, "the proxy sidecar does not run on Windows nodes", about().remedy() + ".");
            }
        }
    }
}
