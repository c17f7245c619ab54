// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.manifests;

import static io.podidentity.demo.manifests.Rendered.at;
import static io.podidentity.demo.manifests.Rendered.list;
import static io.podidentity.demo.manifests.Rendered.object;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestsTest {

    private static final Schemas SCHEMAS = Schemas.read();
    private static final List<Object> MANAGEMENT = List.of(Map.of("protocol", "TCP", "port", "management"));

    static Stream<Rendered> all() {
        return Stream.concat(pods(), deployments());
    }

    static Stream<Rendered> pods() {
        return Stream.of(
                        "base",
                        "image-pull-secret",
                        "pod-identity",
                        "service-principal",
                        "workload-identity",
                        "workload-identity-cilium")
                .map(Rendered::read);
    }

    static Stream<Rendered> deployments() {
        return Stream.of(
                        "base-deployment",
                        "image-pull-secret-deployment",
                        "pod-identity-deployment",
                        "service-principal-deployment",
                        "workload-identity-deployment",
                        "workload-identity-deployment-cilium")
                .map(Rendered::read);
    }

    @ParameterizedTest
    @MethodSource("all")
    void manifest_always_hasTheShapeThatTheApiTakes(Rendered rendered) {
        assertThat(rendered.manifests()).flatMap(SCHEMAS::errors).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("pods")
    void overlay_always_isThePodAndItsPolicy(Rendered rendered) {
        assertThat(rendered.kinds()).contains("Pod", "NetworkPolicy").doesNotContain("Deployment", "Secret");
        assertThat(rendered.at("Pod", "metadata.name")).isEqualTo("podidentitydemo");
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void deployment_always_standsInPlaceOfThePod(Rendered rendered) {
        assertThat(rendered.kinds())
                .contains("Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy")
                .doesNotContain("Pod", "Secret");
        assertThat(rendered.at("Deployment", "spec.selector.matchLabels")).isEqualTo(Map.of("app", "podidentitydemo"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void selectors_always_chooseThePod(Rendered rendered) {
        Map<String, Object> labels = object(at(rendered.pod(), "metadata.labels"));
        assertThat(labels).containsAllEntriesOf(object(rendered.at("NetworkPolicy", "spec.podSelector.matchLabels")));
        rendered.find("Service")
                .ifPresent(service -> assertThat(labels).containsAllEntriesOf(object(at(service, "spec.selector"))));
        rendered.find("PodDisruptionBudget")
                .ifPresent(budget ->
                        assertThat(labels).containsAllEntriesOf(object(at(budget, "spec.selector.matchLabels"))));
    }

    @ParameterizedTest
    @MethodSource("all")
    void pod_always_mayRunWhereRestrictedIsEnforced(Rendered rendered) {
        Map<String, Object> spec = object(at(rendered.pod(), "spec"));
        assertThat(spec).doesNotContainKeys("hostNetwork", "hostPID", "hostIPC");
        assertThat(object(spec.get("securityContext")))
                .containsEntry("runAsNonRoot", true)
                .containsEntry("runAsUser", 10001)
                .containsEntry("seccompProfile", Map.of("type", "RuntimeDefault"));
        assertThat(object(rendered.container().get("securityContext")))
                .isEqualTo(Map.of(
                        "allowPrivilegeEscalation", false,
                        "readOnlyRootFilesystem", true,
                        "capabilities", Map.of("drop", List.of("ALL"))));
        assertThat(list(spec.get("volumes")))
                .allSatisfy(volume -> assertThat(object(volume)).containsKey("emptyDir"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void pod_always_hasNoCredentialOfTheCluster(Rendered rendered) {
        assertThat(at(rendered.pod(), "spec.automountServiceAccountToken")).isEqualTo(false);
    }

    @ParameterizedTest
    @MethodSource("all")
    void start_always_mayTakeAsLongAsAnIdentityDoes(Rendered rendered) {
        Map<String, Object> probe = object(rendered.container().get("startupProbe"));
        int budget = (int) probe.get("periodSeconds") * (int) probe.get("failureThreshold");
        assertThat(budget).isGreaterThanOrEqualTo(180);
        assertThat(at(probe, "httpGet.path")).isEqualTo("/actuator/health/liveness");
        assertThat(at(rendered.container(), "livenessProbe.httpGet.path")).isEqualTo("/actuator/health/liveness");
        assertThat(at(rendered.container(), "readinessProbe.httpGet.path")).isEqualTo("/readyz");
    }

    @ParameterizedTest
    @MethodSource("all")
    void objects_always_haveTheRecommendedLabels(Rendered rendered) {
        assertThat(rendered.manifests())
                .filteredOn(manifest -> !manifest.get("kind").equals("CiliumNetworkPolicy"))
                .allSatisfy(manifest -> assertThat(object(at(manifest, "metadata.labels")))
                        .containsEntry("app.kubernetes.io/name", "podidentitydemo")
                        .containsEntry("app.kubernetes.io/part-of", "pod-identity"));
        assertThat(object(at(rendered.pod(), "metadata.labels")))
                .containsEntry("app.kubernetes.io/name", "podidentitydemo");
    }

    @ParameterizedTest
    @MethodSource("all")
    void management_always_hasAPortThatNoServiceLeadsTo(Rendered rendered) {
        assertThat(list(rendered.container().get("ports")))
                .extracting(port -> object(port).get("name"))
                .containsExactly("http", "management");
        for (String probe : List.of("startupProbe", "livenessProbe")) {
            assertThat(at(rendered.container(), probe + ".httpGet.port")).isEqualTo("management");
        }
        // Ready is whoever answers where the clients ask.
        assertThat(at(rendered.container(), "readinessProbe.httpGet.port")).isEqualTo("http");
        rendered.find("Service")
                .ifPresent(service -> assertThat(list(at(service, "spec.ports")))
                        .extracting(port -> object(port).get("targetPort"))
                        .containsExactly("http"));
        assertThat(list(rendered.container().get("env")))
                .contains(Map.of("name", "MANAGEMENT_ENDPOINT_TOKENPROVIDER_ACCESS", "value", "read-only"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void memory_always_isAskedForInFull(Rendered rendered) {
        assertThat(at(rendered.container(), "resources.requests.memory"))
                .isEqualTo("384Mi")
                .isEqualTo(at(rendered.container(), "resources.limits.memory"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"pod-identity", "service-principal", "pod-identity-deployment", "service-principal-deployment"})
    void podIdentity_always_linesUpThreeNames(String name) {
        Rendered rendered = Rendered.read(name);
        assertThat(rendered.at("AzureIdentityBinding", "spec.azureIdentity"))
                .isEqualTo(rendered.at("AzureIdentity", "metadata.name"));
        assertThat(rendered.at("AzureIdentityBinding", "spec.selector"))
                .isEqualTo(object(at(rendered.pod(), "metadata.labels")).get("aadpodidbinding"));
        assertThat(list(rendered.at("NetworkPolicy", "spec.egress")))
                .contains(Map.of(
                        "to",
                                List.of(
                                        Map.of("ipBlock", Map.of("cidr", "127.0.0.1/32")),
                                        Map.of("ipBlock", Map.of("cidr", "10.224.0.0/16"))),
                        "ports", List.of(Map.of("protocol", "TCP", "port", 2579))));
    }

    @Test
    void managedIdentity_always_isNamedByIdAndPath() {
        assertThat(object(Rendered.read("pod-identity").at("AzureIdentity", "spec")))
                .containsOnlyKeys("type", "resourceID", "clientID")
                .containsEntry("type", 0)
                .extractingByKey("resourceID")
                .asString()
                .matches("/subscriptions/[^/]+/resourcegroups/[^/]+/providers/Microsoft\\.ManagedIdentity"
                        + "/userAssignedIdentities/[^/]+");
    }

    @Test
    void servicePrincipal_always_isNamedWithItsSecret() {
        assertThat(object(Rendered.read("service-principal").at("AzureIdentity", "spec")))
                .containsOnlyKeys("type", "tenantID", "clientID", "clientPassword")
                .containsEntry("type", 1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"workload-identity", "workload-identity-deployment"})
    void workloadIdentity_always_goesByAccountAndLabel(String name) {
        Rendered rendered = Rendered.read(name);
        assertThat(at(rendered.pod(), "spec.serviceAccountName"))
                .isEqualTo(rendered.at("ServiceAccount", "metadata.name"));
        assertThat(object(at(rendered.pod(), "metadata.labels"))).containsEntry("azure.workload.identity/use", "true");
        assertThat(object(rendered.at("ServiceAccount", "metadata.annotations")))
                .containsOnlyKeys("azure.workload.identity/client-id");
    }

    @Test
    void policy_withoutPodIdentity_keepsTheMetadataServiceClosed() {
        assertThat(list(Rendered.read("workload-identity").at("NetworkPolicy", "spec.egress")))
                .hasSize(2)
                .contains(Map.of(
                        "to",
                                List.of(Map.of(
                                        "ipBlock", Map.of("cidr", "0.0.0.0/0", "except", List.of("169.254.0.0/16")))),
                        "ports", List.of(Map.of("protocol", "TCP", "port", 443))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"image-pull-secret", "image-pull-secret-deployment"})
    void pullSecret_whenChosen_isInThePod(String name) {
        Rendered rendered = Rendered.read(name);
        assertThat(at(rendered.pod(), "spec.imagePullSecrets")).isEqualTo(List.of(Map.of("name", "my-registry")));
        assertThat(rendered.container()).containsEntry("image", "myregistry.example.com/podidentitydemo:v1");
    }

    @Test
    void schema_withWrongFields_namesEach() {
        Map<String, Object> wrong = Map.of(
                "apiVersion",
                "aadpodidentity.k8s.io/v1",
                "kind",
                "AzureIdentity",
                "metadata",
                Map.of("name", "Azure_Access"),
                "spec",
                Map.of("type", "0", "ResourceID", "/subscriptions/s"));

        assertThat(SCHEMAS.errors(wrong))
                .containsExactlyInAnyOrder(
                        "aadpodidentity.k8s.io/v1/AzureIdentity.metadata.name is Azure_Access, not name",
                        "aadpodidentity.k8s.io/v1/AzureIdentity.spec.type is 0, not integer",
                        "aadpodidentity.k8s.io/v1/AzureIdentity.spec.ResourceID is not a known field",
                        "aadpodidentity.k8s.io/v1/AzureIdentity.spec.clientID is missing");
        assertThat(SCHEMAS.errors(Map.of("apiVersion", "v1", "kind", "Deployment")))
                .singleElement()
                .asString()
                .startsWith("v1/Deployment is not one of [");
    }

    /** The operator's Prometheus, or Azure's: it finds the pod by its own kind, and no other namespace is let in. */
    @ParameterizedTest
    @CsvSource({
        "workload-identity-monitoring, monitoring.coreos.com/v1, monitoring",
        "workload-identity-deployment-monitoring, azmonitoring.coreos.com/v1, kube-system"
    })
    void prometheus_always_findsThePodAndIsLetIn(String name, String version, String namespace) {
        Rendered rendered = Rendered.read(name);
        boolean ofAzure = namespace.equals("kube-system");

        assertThat(rendered.at("PodMonitor", "apiVersion")).isEqualTo(version);
        assertThat(object(at(rendered.pod(), "metadata.labels")))
                .containsAllEntriesOf(object(rendered.at("PodMonitor", "spec.selector.matchLabels")));
        assertThat(list(rendered.at("PodMonitor", "spec.podMetricsEndpoints")))
                .extracting(endpoint -> object(endpoint).get("port"))
                .containsExactly("management");
        assertThat(list(rendered.container().get("ports")))
                .extracting(port -> object(port).get("name"))
                .contains("management");
        assertThat(list(rendered.at("NetworkPolicy", "spec.ingress")))
                .filteredOn(rule -> object(rule).get("ports").equals(MANAGEMENT))
                .extracting(rule -> object(rule).get("from"))
                .containsExactly(List.of(Map.of(
                        "namespaceSelector", Map.of("matchLabels", Map.of("kubernetes.io/metadata.name", namespace)))));
        // Azure demands that its limits are stated, and has the rules in a template.
        assertThat(object(rendered.at("PodMonitor", "spec")).get("labelLimit")).isEqualTo(ofAzure ? 63 : null);
        assertThat(object(rendered.at("PodMonitor", "spec")).get("labelValueLengthLimit"))
                .isEqualTo(ofAzure ? 1023 : null);
        assertThat(rendered.find("PrometheusRule").isPresent()).isNotEqualTo(ofAzure);
        assertThat(rendered.find("ConfigMap").map(dashboard -> at(dashboard, "metadata.labels.grafana_dashboard")))
                .isEqualTo(ofAzure ? Optional.empty() : Optional.of("1"));
    }
}
