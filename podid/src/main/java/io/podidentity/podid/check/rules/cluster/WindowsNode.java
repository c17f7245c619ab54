package io.podidentity.podid.check.rules.cluster;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.Scene;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.check.source.Spot;

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
    public void check(Scene scene, Report report) {
        for (PodSource pod : scene.pods()) {
            Spot selector = pod.spec("nodeSelector");
            boolean windows = selector.at("kubernetes.io/os").text().equals("windows")
                    || selector.at("beta.kubernetes.io/os").text().equals("windows")
                    || pod.spec("os", "name").text().equals("windows");
            Spot label = pod.label(Pod.BINDING_LABEL);
            if (windows && scene.profile().hasNmi() && label.exists()) {
                report.add(label, "NMI does not run on Windows nodes", about().remedy() + ".");
            }
            Spot proxy = pod.annotation(Keys.INJECT_PROXY);
            if (windows && proxy.exists()) {
                report.add(proxy, "the proxy sidecar does not run on Windows nodes", about().remedy() + ".");
            }
        }
    }
}
