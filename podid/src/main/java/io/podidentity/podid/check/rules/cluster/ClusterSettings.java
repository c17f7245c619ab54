package io.podidentity.podid.check.rules.cluster;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.azure.AksCluster;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.Optional;

/** Needs az aks show in the folder of --azure: kubenet, closed metadata service, workload identity that is off. */
public final class ClusterSettings implements Rule {

    @Override
    public About about() {
        return About.error(
                "C18",
                "cluster-settings",
                "The cluster's settings do not let the pods get their identity",
                "Change the cluster by az aks update, or use the other way to an identity",
                "Azure/AKS#3324");
    }

    @Override
    public void check(RuleContext context, Report report) {
        context.azure().cluster().ifPresent(cluster -> {
            for (PodSource pod : context.labelledPods()) {
                podIdentity(context, cluster)
                        .ifPresent(reason -> report.add(pod.label(Pod.BINDING_LABEL), reason, about().remedy() + "."));
            }
            for (PodSource pod : context.pods()) {
                if ("true".equals(pod.pod().labels().get(Keys.USE)) && !cluster.hasWorkloadIdentity()) {
                    report.add(
                            pod.label(Keys.USE),
                            "cluster " + cluster.name() + " has no workload identity webhook or no OIDC issuer",
                            "Run: az aks update -g " + cluster.resourceGroup() + " -n " + cluster.name()
                                    + " --enable-oidc-issuer --enable-workload-identity");
                }
            }
        });
    }

    private static Optional<String> podIdentity(RuleContext context, AksCluster cluster) {
        if (cluster.isMetadataServiceClosed()) {
            return Optional.of("cluster " + cluster.name() + " keeps pods from the metadata service, and so from NMI");
        }
        return cluster.isKubenet() && context.profile().isAtLeast(1, 7, 0) && !isKubenetAllowed(context)
                ? Optional.of("cluster " + cluster.name()
                        + " uses kubenet, where NMI refuses to start without --allow-network-plugin-kubenet")
                : Optional.empty();
    }

    private static boolean isKubenetAllowed(RuleContext context) {
        return context.pods().stream()
                .flatMap(pod -> pod.containers().stream())
                .flatMap(container -> container.at("args").items().stream())
                .anyMatch(arg -> arg.text().contains("allow-network-plugin-kubenet"));
    }
}
