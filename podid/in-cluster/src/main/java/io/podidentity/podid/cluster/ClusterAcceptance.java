// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Decides whether podid may play Azure in a cluster. podid asks before it changes anything there, and again while it
 * runs: beside the real Azure, the real webhook or the real NMI an emulated one could do harm.
 *
 * @param evenInCloud whether the cluster may be in Azure or in another cloud, as {@code --allow-azure} says
 * @param withPodIdentity whether podid is to be MIC and NMI as well
 */
record ClusterAcceptance(KubernetesClient client, boolean evenInCloud, boolean withPodIdentity) {

    private static final String AKS_LABELS = "kubernetes.azure.com/";
    private static final String AZURE = "azure";
    private static final String EVEN_SO = " Add --allow-azure to run it anyway.";

    /** Clouds whose pods may get credentials from the address that NMI takes, by the scheme of a node's provider ID. */
    private static final Set<String> OTHER_CLOUDS =
            Set.of("aws", "gce", "alicloud", "oci", "ibm", "openstack", "digitalocean", "hcloud", "vultr", "linode");

    /** With these labels the manifests and the chart of aad-pod-identity, and AKS's add-on, mark their pods. */
    private static final List<String> COMPONENT_LABELS = List.of("component", "app.kubernetes.io/component");

    /** Says why podid must not run here and what to do about it, in whole sentences; empty if it may run. */
    Optional<String> refusal() {
        return refusalLater().or(this::metadataService);
    }

    /** The same while podid serves: then it is podid that answers pods as the metadata service, itself too. */
    Optional<String> refusalLater() {
        return cloud().or(this::otherWebhook).or(this::podIdentity);
    }

    private Optional<String> metadataService() {
        if (!evenInCloud && AzureMetadata.answers()) {
            return Optional.of(inAzure("its metadata service answers"));
        }
        return Optional.empty();
    }

    private Optional<String> cloud() {
        if (evenInCloud) {
            return Optional.empty();
        }
        List<Node> nodes = client.nodes().list().getItems();
        return first(nodes, ClusterAcceptance::isOfAzure)
                .map(node -> inAzure("node " + node + " is one of AKS"))
                .or(() -> otherCloud(nodes));
    }

    private Optional<String> otherCloud(List<Node> nodes) {
        if (withPodIdentity) {
            return first(nodes, node -> OTHER_CLOUDS.contains(provider(node))).map(ClusterAcceptance::inOtherCloud);
        }
        return Optional.empty();
    }

    private static String inAzure(String sign) {
        return "This cluster is in Azure, where an emulated one could do harm: " + sign + "." + EVEN_SO;
    }

    private static String inOtherCloud(String node) {
        return "Pods of this cluster may get credentials of its cloud from 169.254.169.254, which NMI would take away:"
                + " node " + node + " is a machine of a cloud. Use k8s/emulated-azure, which has no NMI." + EVEN_SO;
    }

    private static boolean isOfAzure(Node node) {
        return provider(node).equals(AZURE) || labels(node).stream().anyMatch(label -> label.startsWith(AKS_LABELS));
    }

    private static Set<String> labels(Node node) {
        if (node.getMetadata().getLabels() == null) {
            return Set.of();
        }
        return node.getMetadata().getLabels().keySet();
    }

    private static String provider(Node node) {
        String id = node.getSpec().getProviderID();
        return id == null ? "" : id.replaceFirst(":.*", "");
    }

    private Optional<String> otherWebhook() {
        List<MutatingWebhookConfiguration> all = client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .list()
                .getItems();
        return first(all, ClusterAcceptance::isOfWorkloadIdentity)
                .map(name -> "This cluster has a webhook of azure-workload-identity, MutatingWebhookConfiguration "
                        + name + ", and two of them would change the same pods. Uninstall that one, or do without"
                        + " the emulated Azure.");
    }

    private static boolean isOfWorkloadIdentity(MutatingWebhookConfiguration configuration) {
        return !configuration.getMetadata().getName().equals(KubernetesCluster.NAME)
                && configuration.getWebhooks().stream()
                        .anyMatch(hook -> hook.getName().equals(WebhookConfiguration.WORKLOAD_IDENTITY));
    }

    private Optional<String> podIdentity() {
        return withPodIdentity ? otherPods().or(this::otherAssigned) : Optional.empty();
    }

    private Optional<String> otherPods() {
        return COMPONENT_LABELS.stream()
                .flatMap(label ->
                        client.pods().inAnyNamespace().withLabelIn(label, "mic", "nmi").list().getItems().stream())
                .findFirst()
                .map(pod -> "This cluster has aad-pod-identity, pod " + name(pod) + ", and podid would be a second MIC"
                        + " and NMI. Remove that one, or use k8s/emulated-azure, which has workload identity alone.");
    }

    private static String name(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    /** MIC deletes what it finds assigned and does not need; this one deletes nothing that another one has written. */
    private Optional<String> otherAssigned() {
        return PodIdentityKinds.areThere(client)
                ? PodIdentityObjects.ofAnotherMic(client)
                        .map(name -> "This cluster has objects of another MIC, AzureAssignedIdentity " + name
                                + ", which podid would replace. If that MIC is gone, delete them: kubectl delete"
                                + " azureassignedidentities --all -A")
                : Optional.empty();
    }

    private static <T extends HasMetadata> Optional<String> first(List<T> all, Predicate<T> condition) {
        return all.stream()
                .filter(condition)
                .findFirst()
                .map(found -> found.getMetadata().getName());
    }
}
