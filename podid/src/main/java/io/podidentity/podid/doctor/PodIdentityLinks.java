package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What must be so for a pod of aad-pod-identity: MIC works and has assigned, and NMI runs on the pod's node. */
final class PodIdentityLinks {

    private static final String ASSIGNED = "AzureAssignedIdentity";
    private static final String MIC_LOG = "kubectl logs -A -l component=mic --tail=500 | podid explain --log -";

    private final Live live;
    private final Profile profile;
    private final List<Part> running;

    PodIdentityLinks(Live live, Profile profile, List<Part> running) {
        this.live = live;
        this.profile = profile;
        this.running = running;
    }

    /** In the order in which they are needed. */
    List<Link> links() {
        if (running.isEmpty()) {
            return List.of(Link.failed(
                    "pod",
                    "it does not run: there is no such pod",
                    "kubectl get events -n " + live.namespace() + " --field-selector type=Warning"));
        }
        var links = new ArrayList<Link>();
        if (profile.hasMic()) {
            mic().ifPresent(links::add);
            links.add(assigned());
        }
        links.add(nmi());
        return links;
    }

    private List<Part> parts(String component) {
        return live.parts().orElse(List.of()).stream()
                .filter(one -> one.text("metadata", "labels", "component").equals(component))
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
                        ? Link.ok("MIC", WorkloadLinks.tag(WorkloadLinks.image(pods.get(0))) + " in " + place)
                        : Link.failed(
                                "MIC",
                                "none of its pods in " + place + " is ready, so nothing is assigned",
                                "kubectl describe pods -n " + place + " -l component=mic",
                                MIC_LOG));
    }

    private Link assigned() {
        if (!live.sees("azureassignedidentities")) {
            return Link.unknown("assigned", "you may not see AzureAssignedIdentity objects");
        }
        for (Part pod : running) {
            List<Part> own = live.of(ASSIGNED)
                    .filter(one -> one.text("spec", "pod").equals(pod.name())
                            && one.text("spec", "podNamespace").equals(pod.namespace()))
                    .toList();
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
                                running.stream().anyMatch(pod -> pod.name().equals(one.text("spec", "pod"))))
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
            return Link.unknown(
                    "NMI",
                    live.parts().isEmpty()
                            ? "you may not see its pods"
                            : "no pod in the cluster has the label component=nmi");
        }
        for (Part pod : running) {
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
                WorkloadLinks.tag(WorkloadLinks.image(pods.get(0))) + " runs on the node of "
                        + running.get(0).name());
    }
}
