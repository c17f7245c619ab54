package io.podidentity.podid.check.rules.cluster;

import io.podidentity.emulator.cluster.Namespace;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.AksCluster;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** Where Pod Security enforces baseline or restricted, as AKS Automatic does everywhere. */
public final class PrivilegedProxy implements Rule {

    @Override
    public About about() {
        return About.error(
                "C18",
                "proxy-init-privileged",
                "The proxy sidecar needs a privileged init container, and the namespace or the cluster forbids it",
                "Use a library that knows workload identity, without the proxy sidecar",
                "Azure/azure-workload-identity#733");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            FieldLocation annotation = pod.annotation(Keys.INJECT_PROXY);
            if (!annotation.exists() || !pod.label(Keys.USE).text().equals("true")) {
                continue;
            }
            String level = context.cluster()
                    .find(Namespace.class, new ObjectName("", pod.pod().namespace()))
                    .map(namespace ->
                            namespace.metadata().labels().getOrDefault("pod-security.kubernetes.io/enforce", ""))
                    .orElse("");
            if (level.equals("baseline") || level.equals("restricted")) {
                report.add(
                        annotation,
                        "namespace " + pod.pod().namespace() + " enforces Pod Security " + level
                                + ", which forbids the privileged init container",
                        about().remedy() + ".");
            } else if (context.azure().cluster().filter(AksCluster::isAutomatic).isPresent()) {
                report.add(
                        annotation,
                        "AKS Automatic enforces Pod Security, which forbids the privileged init container",
                        about().remedy() + ".");
            }
        }
    }
}
