package io.podidentity.podid.check.rules.cluster;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** Without its custom resource definitions such an object is refused, and the label does nothing. */
public final class PodIdentityAbsent implements Rule {

    @Override
    public About about() {
        return About.error(
                "C18",
                "no-pod-identity-in-cluster",
                "The cluster has no AAD Pod Identity, and the manifest needs it",
                "Use workload identity: a service account with a client ID, and the pod's label"
                        + " azure.workload.identity/use; podid migrate PATH -o DIR writes them",
                "Azure/AKS#3324");
    }

    @Override
    public void check(RuleContext context, Report report) {
        if (context.profile().hasNmi()) {
            return;
        }
        for (Manifest manifest : context.manifests().objects()) {
            if (manifest.group().equals("aadpodidentity.k8s.io")) {
                report.add(
                        FieldLocation.of(manifest).at("apiVersion"),
                        "the API server answers: no matches for kind \"" + manifest.kind() + "\"",
                        manifest.kind().equals("AzurePodIdentityException")
                                ? "Remove it: there is no NMI that pods would have to be excepted from."
                                : about().remedy() + ".");
            }
        }
        for (PodSource pod : context.pods()) {
            if (pod.pod().bindingLabel().isPresent() && !pod.label(Keys.USE).exists()) {
                report.add(
                        pod.label(Pod.BINDING_LABEL),
                        "the label does nothing here, and the node's metadata service answers the pod, with the node's"
                                + " identity",
                        about().remedy() + ".");
            }
        }
    }
}
