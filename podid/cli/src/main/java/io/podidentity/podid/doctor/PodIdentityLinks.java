// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.cluster.Profile;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What must be so for a pod of aad-pod-identity: MIC works and has assigned, and NMI runs on the pod's node. */
record PodIdentityLinks(Live live, Profile profile, WorkloadPods pods) {

    /** The label of podid's own NMI in a cluster, which must not pass for the real one. */
    static final String LABEL_OF_EMULATED = "podid.io/component";

    /** The labels that name a component: of the manifests, of the Helm chart, and of podid. */
    private static final List<String> LABELS_OF_COMPONENT =
            List.of("component", "app.kubernetes.io/component", LABEL_OF_EMULATED);

    private static final String ASSIGNED = "AzureAssignedIdentity";
    private static final String LINK_ASSIGNED = "assigned";
    private static final String LINK_NMI = "NMI";
    private static final String MIC_LOG = "kubectl logs -A -l component=mic --tail=500 | podid explain --log -";

    /** How long it takes MIC and Azure to assign an identity to a node while all is well. */
    private static final Duration ASSIGNING = Duration.ofSeconds(15);

    /** The pods that are on a node: until then MIC and NMI have nothing to do. */
    private List<KubernetesJson> podsOnNodes() {
        return pods.activePods().stream()
                .filter(pod -> !pod.text("spec", "nodeName").isEmpty())
                .toList();
    }

    /** The links in the order in which they are needed. */
    List<Link> collectLinks() {
        var links = new ArrayList<Link>();
        if (pods.activePods().isEmpty()) {
            links.add(pods.explainAbsence());
        }
        if (profile.hasMic()) {
            checkMic().ifPresent(links::add);
        }
        List<KubernetesJson> running = podsOnNodes();
        if (!running.isEmpty()) {
            if (profile.hasMic()) {
                links.add(checkAssigned(running));
            }
            links.add(checkNmi(running));
        }
        pods.checkReady().ifPresent(links::add);
        return links;
    }

    private List<KubernetesJson> findComponent(String name) {
        return live.parts().orElse(List.of()).stream()
                .filter(pod -> isComponent(pod, name))
                .toList();
    }

    private static boolean isComponent(KubernetesJson pod, String name) {
        return LABELS_OF_COMPONENT.stream()
                .map(label -> pod.text("metadata", "labels", label))
                .anyMatch(name::equals);
    }

    /** Whether MIC works; nothing is said where none is seen, since what it has assigned shows that, too. */
    private Optional<Link> checkMic() {
        List<KubernetesJson> mic = findComponent("mic");
        if (mic.isEmpty()) {
            return Optional.empty();
        }
        String place = mic.get(0).namespace();
        if (mic.stream().anyMatch(KubernetesJson::isReady)) {
            return Optional.of(Link.ok("MIC", Live.readVersion(mic.get(0)) + " in " + place));
        }
        return Optional.of(Link.failed(
                "MIC",
                "none of its pods in " + place + " is ready, so nothing is assigned",
                "kubectl describe pods -n " + place + " -l component=mic",
                MIC_LOG));
    }

    private Link checkAssigned(List<KubernetesJson> running) {
        return running.stream()
                .flatMap(pod -> findObstacleToAssigning(pod).stream())
                .findFirst()
                .orElseGet(() -> Link.ok(LINK_ASSIGNED, describeAssigned(running)));
    }

    private String describeAssigned(List<KubernetesJson> running) {
        Set<String> names = running.stream().map(KubernetesJson::name).collect(Collectors.toSet());
        return live.objectsOfKind(ASSIGNED)
                .filter(assigned -> names.contains(assigned.text("spec", "pod")))
                .map(assigned -> assigned.name() + " (Assigned)")
                .collect(Collectors.joining(", "));
    }

    /** Why a pod has not all of its identities; empty if MIC and Azure have assigned them. */
    private Optional<Link> findObstacleToAssigning(KubernetesJson pod) {
        List<KubernetesJson> own = findAssignedTo(pod);
        if (own.isEmpty() && !live.canSee("aadpodidentity.k8s.io")) {
            return Optional.of(Link.unknown(LINK_ASSIGNED, "you may not see each AzureAssignedIdentity"));
        }
        if (isBeingAssigned(pod, own)) {
            return Optional.of(Link.unknown(
                    LINK_ASSIGNED,
                    pod.name() + " has none that is Assigned yet, which takes MIC and Azure " + ASSIGNING.toSeconds()
                            + " s; ask again"));
        }
        if (own.isEmpty()) {
            return Optional.of(Link.failed(
                    LINK_ASSIGNED,
                    "MIC has made no AzureAssignedIdentity for " + pod.name()
                            + ", though label, binding and identity fit: it does not run, or has not seen them",
                    MIC_LOG));
        }
        return own.stream()
                .filter(assigned -> !assigned.text("status", "status").equals("Assigned"))
                .findFirst()
                .map(PodIdentityLinks::failStuck);
    }

    private List<KubernetesJson> findAssignedTo(KubernetesJson pod) {
        return live.objectsOfKind(ASSIGNED)
                .filter(assigned -> assigned.text("spec", "pod").equals(pod.name()))
                .filter(assigned -> assigned.text("spec", "podNamespace").equals(pod.namespace()))
                .toList();
    }

    /** Whether it is too early to conclude anything: MIC has not begun, or has just begun. */
    private boolean isBeingAssigned(KubernetesJson pod, List<KubernetesJson> own) {
        if (own.isEmpty()) {
            return isYoung(pod);
        }
        return own.stream()
                .filter(assigned -> describeState(assigned).equals("Created"))
                .findFirst()
                .filter(this::isYoung)
                .isPresent();
    }

    private boolean isYoung(KubernetesJson object) {
        return live.measureAge(object.created()).compareTo(ASSIGNING) < 0;
    }

    private static Link failStuck(KubernetesJson assigned) {
        return Link.failed(
                LINK_ASSIGNED,
                assigned.name() + " is " + describeState(assigned)
                        + " and not Assigned: Azure does not let MIC put the identity on the node",
                MIC_LOG,
                "az role assignment create --role 'Managed Identity Operator' --assignee-object-id \"$(az aks"
                        + " show -n CLUSTER -g CLUSTER_GROUP --query identityProfile.kubeletidentity.objectId -o"
                        + " tsv)\" --assignee-principal-type ServicePrincipal --scope "
                        + assigned.text("spec", "azureIdentityRef", "spec", "resourceID"));
    }

    private static String describeState(KubernetesJson assigned) {
        String state = assigned.text("status", "status");
        return state.isEmpty() ? "without a state" : state;
    }

    private Link checkNmi(List<KubernetesJson> running) {
        List<KubernetesJson> nmi = findComponent("nmi");
        if (nmi.isEmpty()) {
            return judgeWithoutNmi();
        }
        return running.stream()
                .flatMap(pod -> findObstacleOnNode(pod, nmi).stream())
                .findFirst()
                .orElseGet(() -> Link.ok(
                        LINK_NMI,
                        Live.readVersion(nmi.get(0)) + " runs on the node of "
                                + running.get(0).name()));
    }

    private Link judgeWithoutNmi() {
        if (live.parts().isEmpty()) {
            return Link.unknown(LINK_NMI, "you may not see its pods");
        }
        return Link.failed(
                LINK_NMI,
                "no pod in the cluster has the label component=nmi, so the node's own metadata service"
                        + " answers the pod",
                "kubectl get daemonset -A   # is there one called nmi?");
    }

    /** Why no NMI answers a pod: each node needs one of its own. */
    private static Optional<Link> findObstacleOnNode(KubernetesJson pod, List<KubernetesJson> nmi) {
        String node = pod.text("spec", "nodeName");
        Optional<KubernetesJson> onNode = nmi.stream()
                .filter(candidate -> candidate.text("spec", "nodeName").equals(node))
                .findFirst();
        if (onNode.isEmpty()) {
            return Optional.of(Link.failed(
                    LINK_NMI,
                    "none runs on " + node + ", the node of " + pod.name()
                            + ": the node's own metadata service answers the pod",
                    "kubectl get daemonset -A -l component=nmi",
                    "kubectl describe node " + node + "   # a taint that NMI does not tolerate?"));
        }
        if (onNode.get().isReady()) {
            return Optional.empty();
        }
        String name = onNode.get().name();
        return Optional.of(Link.failed(
                LINK_NMI,
                name + " on " + node + ", the node of " + pod.name() + ", is not ready",
                "kubectl logs -n " + onNode.get().namespace() + " " + name + " --tail=200 | podid explain --log -"));
    }
}
