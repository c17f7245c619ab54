// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes podid refuse a cluster; whatever it finds, it changes nothing. */
class ClusterAcceptanceTest {

    private static final String WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/";
    private static final String KINDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/";
    private static final String ASSIGNED = "/apis/aadpodidentity.k8s.io/v1/azureassignedidentities/";

    private final ApiServerOfTest cluster = new ApiServerOfTest();

    @AfterEach
    void close() {
        assertThat(cluster.changes()).isEmpty();
        cluster.close();
    }

    private Optional<String> refusal(boolean evenInCloud, boolean withPodIdentity) {
        return new ClusterAcceptance(cluster.client(), evenInCloud, withPodIdentity).refusal();
    }

    private void node(Map<String, String> labels, String provider) {
        cluster.put(
                "/api/v1/nodes/node1",
                "v1",
                "Node",
                Map.of("name", "node1", "labels", labels),
                Map.of("spec", Map.of("providerID", provider)));
    }

    private void webhook(String configuration, String hook) {
        cluster.put(
                WEBHOOKS + configuration,
                "admissionregistration.k8s.io/v1",
                "MutatingWebhookConfiguration",
                Map.of("name", configuration),
                Map.of("webhooks", List.of(Map.of("name", hook))));
    }

    private void kinds() {
        for (String kind : List.of(
                "azureidentities", "azureidentitybindings", "azureassignedidentities", "azurepodidentityexceptions")) {
            cluster.put(
                    KINDS + kind + ".aadpodidentity.k8s.io",
                    "apiextensions.k8s.io/v1",
                    "CustomResourceDefinition",
                    Map.of("name", kind),
                    Map.of("status", Map.of("conditions", List.of(Map.of("type", "Established", "status", "True")))));
        }
    }

    private void assigned(List<Map<String, String>> owners) {
        kinds();
        cluster.put(
                ASSIGNED + "orders-shop-orders",
                "aadpodidentity.k8s.io/v1",
                "AzureAssignedIdentity",
                Map.of("name", "orders-shop-orders", "namespace", "default", "ownerReferences", owners));
    }

    @Test
    void refusal_ofAClusterWithNothingOfAzures_isNone() {
        node(Map.of("kubernetes.io/hostname", "node1"), "kind://docker/kind/kind-control-plane");
        webhook("emulated-azure", "mutation.azure-workload-identity.io");
        webhook("istio-sidecar-injector", "namespace.sidecar-injector.istio.io");
        assigned(List.of(Map.of("kind", "Namespace", "name", "emulated-azure", "uid", "before")));

        assertThat(refusal(false, true)).isEmpty();
    }

    @Test
    void refusal_ofANodeOfAzure_namesItAndTheWayOut() {
        node(Map.of("kubernetes.azure.com/cluster", "mc"), "kind://node");
        assertThat(refusal(false, false).orElseThrow()).contains("node node1 is one of AKS. Add --allow-azure");

        node(Map.of(), "azure:///subscriptions/x/virtualMachines/0");
        assertThat(refusal(false, false).orElseThrow()).contains("node node1 is one of AKS. Add --allow-azure");
        assertThat(refusal(true, true)).isEmpty();
    }

    @Test
    void refusal_ofAMachineOfAnotherCloud_isForNmiAlone() {
        node(Map.of(), "aws:///eu-west-1a/i-0a");

        assertThat(refusal(false, true).orElseThrow())
                .contains("node node1 is a machine of a cloud", "Use k8s/emulated-azure");
        assertThat(refusal(false, false)).isEmpty();
        assertThat(refusal(true, true)).isEmpty();
    }

    @Test
    void refusal_besideTheRealWebhook_namesItsConfiguration() {
        node(Map.of(), "kind://node");
        webhook("azure-wi-webhook-mutating-webhook-configuration", "mutation.azure-workload-identity.io");

        assertThat(refusal(true, false).orElseThrow())
                .contains(
                        "MutatingWebhookConfiguration azure-wi-webhook-mutating-webhook-configuration",
                        "Uninstall that one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"component", "app.kubernetes.io/component"})
    void refusal_besideTheRealNmi_namesItsPod(String label) {
        node(Map.of(), "kind://node");
        cluster.put(
                "/api/v1/pods/nmi-abc",
                "v1",
                "Pod",
                Map.of("name", "nmi-abc", "namespace", "kube-system", "labels", Map.of(label, "nmi")));

        assertThat(refusal(true, true).orElseThrow()).contains("pod kube-system/nmi-abc", "use k8s/emulated-azure");
        assertThat(refusal(true, false)).isEmpty();
    }

    @Test
    void refusal_whereAnotherMicHasWritten_namesTheObject() {
        node(Map.of(), "kind://node");
        assigned(List.of());

        assertThat(refusal(true, true).orElseThrow())
                .contains("AzureAssignedIdentity default/orders-shop-orders", "delete them");
    }
}
