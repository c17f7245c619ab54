package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;

/** Any pod of the cluster can take the label, and so the identity. */
public final class CrossNamespace implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C6",
                "cross-namespace",
                "A pod gets an identity of another namespace",
                "Annotate the identity with aadpodidentity.k8s.io/Behavior: namespaced, or run MIC and NMI with"
                        + " --forceNamespaced",
                "Azure/aad-pod-identity#607");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.labelledPods()) {
            for (AzureIdentity identity : context.match(pod).identities()) {
                if (!identity.namespace().equals(pod.pod().namespace())) {
                    report.add(
                            pod.label(Pod.BINDING_LABEL),
                            "the pod gets identity " + identity.name()
                                    + " of another namespace, as any pod with this label would",
                            "Put identity and binding into " + pod.pod().namespace()
                                    + ", and annotate the identity: aadpodidentity.k8s.io/Behavior: namespaced");
                }
            }
        }
    }
}
