// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.manifest.YamlReader;
import io.podidentity.podid.doctor.Diagnosis.Workload;
import io.podidentity.podid.kubectl.Kubectl;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExaminationTest {

    private static final String IDENTITY = """
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentity
            metadata: {name: store, namespace: shop}
            spec:
              type: 0
              resourceID: /subscriptions/51111111-1111-4111-8111-111111111111/resourcegroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/store
              clientID: 21111111-1111-4111-8111-111111111111
            ---
            apiVersion: aadpodidentity.k8s.io/v1
            kind: AzureIdentityBinding
            metadata: {name: store, namespace: shop}
            spec: {azureIdentity: store, selector: store}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: web, namespace: shop, labels: {aadpodidbinding: store}}
            spec: {containers: [{name: web, image: example/web}]}
            ---
            """;

    @TempDir
    private Path folder;

    /** What another pod lacks is no mistake of the pods that have the identity. */
    @Test
    void examine_whereAnotherPodLacksTheLabelOfAnIdentity_failsThatPodAlone() throws Exception {
        Diagnosis diagnosis = examine(IDENTITY + """
                apiVersion: v1
                kind: Pod
                metadata: {name: jobs, namespace: shop}
                spec:
                  containers:
                    - name: jobs
                      image: example/jobs
                      env: [{name: AZURE_CLIENT_ID, value: 21111111-1111-4111-8111-111111111111}]
                """);

        assertThat(workload(diagnosis, "Pod shop/web").links())
                .noneMatch(link -> link.name().equals("check"));
        assertThat(workload(diagnosis, "Pod shop/jobs").links())
                .first()
                .matches(Link::isFailed)
                .extracting(Link::what)
                .asString()
                .contains("asks for identity shop/store and has no label");
    }

    /** A finding is left out where a workload tells it, and not where one of a longer name does. */
    @Test
    void examine_whereAWorkloadTellsWhatIsWrongWithAnObject_stillReportsThatOfAShorterName() throws Exception {
        Diagnosis diagnosis = examine(IDENTITY.replace("name: store,", "name: store-2,")
                        .replace("azureIdentity: store,", "azureIdentity: store-2,")
                        .replace("/subscriptions/51111111-1111-4111-8111-111111111111", "subscription")
                + """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureIdentity
                metadata: {name: store, namespace: shop}
                spec: {type: 0, resourceID: none, clientID: 31111111-1111-4111-8111-111111111111}
                """);

        assertThat(workload(diagnosis, "Pod shop/web").links()).first().matches(Link::isFailed);
        assertThat(diagnosis.findings())
                .anyMatch(finding -> finding.object().toString().equals("AzureIdentity shop/store"));
        assertThat(diagnosis.findings())
                .noneMatch(finding -> finding.object().toString().equals("AzureIdentity shop/store-2"));
    }

    /** The DaemonSet of {@code k8s/emulated-pod-identity}. */
    @Test
    void examine_whereTheEmulatedNmiRuns_findsItOnThePodsNode() throws Exception {
        KubernetesJson daemonSet =
                parts(Files.readString(Path.of("..", "..", "k8s", "emulated-pod-identity", "nmi.yaml"))).stream()
                        .filter(object -> object.kind().equals("DaemonSet"))
                        .findFirst()
                        .orElseThrow();
        Map<String, Object> nmi =
                new LinkedHashMap<>(daemonSet.at("spec", "template").map());
        nmi.put("apiVersion", "v1");
        nmi.put("kind", "Pod");
        Map<String, Object> metadata =
                new LinkedHashMap<>(new KubernetesJson(nmi).at("metadata").map());
        metadata.putAll(Map.of("name", "nmi-1", "namespace", "emulated-nmi"));
        nmi.put("metadata", metadata);
        Map<String, Object> spec =
                new LinkedHashMap<>(new KubernetesJson(nmi).at("spec").map());
        spec.put("nodeName", "node1");
        nmi.put("spec", spec);
        nmi.put("status", Map.of("conditions", List.of(Map.of("type", "Ready", "status", "True"))));

        Diagnosis diagnosis = examine(
                IDENTITY.replace("spec: {containers", "spec: {nodeName: node1, containers") + """
                apiVersion: aadpodidentity.k8s.io/v1
                kind: AzureAssignedIdentity
                metadata: {name: web-shop-store, namespace: shop}
                spec: {pod: web, podNamespace: shop}
                status: {status: Assigned}
                """,
                List.of(new KubernetesJson(nmi)));

        assertThat(workload(diagnosis, "Pod shop/web").links())
                .filteredOn(link -> link.name().equals("NMI"))
                .singleElement()
                .extracting(Link::state)
                .isEqualTo(Link.State.OK);
    }

    private static List<KubernetesJson> parts(String objects) {
        return YamlReader.read("objects", objects).stream()
                .map(object -> new KubernetesJson(object.plain()))
                .toList();
    }

    private static Workload workload(Diagnosis diagnosis, String object) {
        return diagnosis.workloads().stream()
                .filter(workload -> workload.object().toString().equals(object))
                .findFirst()
                .orElseThrow();
    }

    private Diagnosis examine(String objects) throws Exception {
        return examine(objects, List.of());
    }

    /** Examines objects of the namespace shop, in a cluster of which all can be seen. */
    private Diagnosis examine(String objects, List<KubernetesJson> partsOfPodIdentity) throws Exception {
        var live = new Live(
                "shop",
                parts(objects),
                List.of(),
                Optional.of(partsOfPodIdentity),
                List.of(),
                VariableSources.NONE,
                List.of(),
                Instant.EPOCH);
        // No link of these pods needs a run of it.
        Path program = Files.writeString(folder.resolve("kubectl"), "#!/bin/false\n");
        program.toFile().setExecutable(true);
        Kubectl kubectl = Kubectl.find(Map.of("PATH", folder.toString()));
        return new Examination(live, kubectl, new TrialOptions(false, null, null, null, null))
                .examine(Optional.empty());
    }
}
