// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.podid.kubectl.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What must be so for a pod of aad-pod-identity: MIC works and has assigned, and NMI runs on the pod's node. */
record PodIdentityLinks(Live live, Profile profile, WorkloadPods pods) {

    /** The label of podid's own NMI in a cluster, which must not pass for the real one. */
    static final String OF_EMULATED = "podid.io/component";

    private static final String ASSIGNED = "AzureAssignedIdentity";
    private static final String MIC_LOG = "kubectl logs -A -l component=mic --tail=500 | podid explain --log -";

    /** How long it takes MIC and Azure to assign an identity to a node while all is well. */
    private static final Duration ASSIGNING = Duration.ofSeconds(15);

    /** Those that are on a node: until then MIC and NMI have nothing to do. */
    private List<Part> running() {
        return pods.active().stream()
                .filter(pod -> !pod.text("spec", "nodeName").isEmpty())
                .toList();
    }

    /** In the order in which they are needed. */
    List<Link> links() {
        var links = new ArrayList<Link>();
        if (pods.active().isEmpty()) {
            links.add(pods.absent());
        }
        if (profile.hasMic()) {
            mic().ifPresent(links::add);
        }
        if (!running().isEmpty()) {
            if (profile.hasMic()) {
                links.add(assigned());
            }
            links.add(nmi());
        }
        pods.ready().ifPresent(links::add);
        return links;
    }

    private List<Part> parts(String component) {
        return live.parts().orElse(List.of()).stream()
                .filter(pod -> Stream.of("component", "app.kubernetes.io/component", OF_EMULATED)
                        .anyMatch(label -> pod.text("metadata", "labels", label).equals(component)))
                .toList();
    }

    /** Nothing is said where no MIC is seen: what it has assigned shows whether it works. */
    private Optional<Link> mic() {
        List<Part> pods = parts("mic");
        if (pods.isEmpty()) {
            return Optional.empty();
        }
        String place = pods.get(0).namespace();
        return Optional.of(
                pods.stream().anyMatch(Part::isReady)
                        ? Link.ok("MIC", WorkloadLinks.version(pods.get(0)) + " in " + place)
                        : Link.failed(
                                "MIC",
                                "none of its pods in " + place + " is ready, so nothing is assigned",
                                "kubectl describe pods -n " + place + " -l component=mic",
                                MIC_LOG));
    }

    private Link assigned() {
        for (Part pod : running()) {
            List<Part> own = live.of(ASSIGNED)
                    .filter(one -> one.text("spec", "pod").equals(pod.name())
                            && one.text("spec", "podNamespace").equals(pod.namespace()))
                    .toList();
            if (own.isEmpty() && !live.sees("aadpodidentity.k8s.io")) {
                return Link.unknown("assigned", "you may not see each AzureAssignedIdentity");
            }
            Optional<Part> young = own.isEmpty()
                    ? Optional.of(pod)
                    : own.stream().filter(one -> state(one).equals("Created")).findFirst();
            if (young.isPresent() && live.age(young.get().created()).compareTo(ASSIGNING) < 0) {
                return Link.unknown(
                        "assigned",
                        pod.name() + " has none that is Assigned yet, which takes MIC and Azure "
                                + ASSIGNING.toSeconds() + " s; ask again");
            }
            if (own.isEmpty()) {
                return Link.failed(
                        "assigned",
                        "MIC has made no AzureAssignedIdentity for " + pod.name()
                                + ", though label, binding and identity fit: it does not run, or has not seen them",
                        MIC_LOG);
            }
            Optional<Part> stuck = own.stream()
                    .filter(one -> !one.text("status", "status").equals("Assigned"))
                    .findFirst();
            if (stuck.isPresent()) {
                return Link.failed(
                        "assigned",
                        stuck.get().name() + " is " + state(stuck.get())
                                + " and not Assigned: Azure does not let MIC put the identity on the node",
                        MIC_LOG,
                        "az role assignment create --role 'Managed Identity Operator' --assignee-object-id \"$(az aks"
                                + " show -n CLUSTER -g CLUSTER_GROUP --query identityProfile.kubeletidentity.objectId -o"
                                + " tsv)\" --assignee-principal-type ServicePrincipal --scope "
                                + stuck.get().text("spec", "azureIdentityRef", "spec", "resourceID"));
            }
        }
        return Link.ok(
                "assigned",
                live.of(ASSIGNED)
                        .filter(one ->
                                running().stream().anyMatch(pod -> pod.name().equals(one.text("spec", "pod"))))
                        .map(one -> one.name() + " (Assigned)")
                        .collect(Collectors.joining(", ")));
    }

    private static String state(Part assigned) {
        String state = assigned.text("status", "status");
        return state.isEmpty() ? "without a state" : state;
    }

    private Link nmi() {
        List<Part> pods = parts("nmi");
        if (pods.isEmpty()) {
            return live.parts().isEmpty()
                    ? Link.unknown("NMI", "you may not see its pods")
                    : Link.failed(
                            "NMI",
                            "no pod in the cluster has the label component=nmi, so the node's own metadata service"
                                    + " answers the pod",
                            "kubectl get daemonset -A   # is there one called nmi?");
        }
        for (Part pod : running()) {
            String node = pod.text("spec", "nodeName");
            Optional<Part> there = pods.stream()
                    .filter(one -> one.text("spec", "nodeName").equals(node))
                    .findFirst();
            if (there.isEmpty()) {
                return Link.failed(
                        "NMI",
                        "none runs on " + node + ", the node of " + pod.name()
                                + ": the node's own metadata service answers the pod",
                        "kubectl get daemonset -A -l component=nmi",
                        "kubectl describe node " + node + "   # a taint that NMI does not tolerate?");
            }
            if (!there.get().isReady()) {
                return Link.failed(
                        "NMI",
                        there.get().name() + " on " + node + ", the node of " + pod.name() + ", is not ready",
                        "kubectl logs -n " + there.get().namespace() + " "
                                + there.get().name() + " --tail=200 | podid explain --log -");
            }
        }
        return Link.ok(
                "NMI",
                WorkloadLinks.version(pods.get(0)) + " runs on the node of "
                        + running().get(0).name());
    }
}
