// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Profile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pods of kinds that are not of Kubernetes itself. */
class PodShapesTest {

    private static final String TEMPLATE =
            "{metadata: {labels: {aadpodidbinding: a}}, spec: {serviceAccountName: app, containers: [{name: c, image: i}]}}";

    private static String object(String apiVersion, String kind, String spec) {
        return "apiVersion: " + apiVersion + "\nkind: " + kind + "\nmetadata: {name: x}\nspec: " + spec + "\n";
    }

    private static List<Pod> pods(ManifestReader reader, String text) {
        return reader.readText("x.yaml", text).cluster().pods();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "argoproj.io/v1alpha1 | Rollout | {template: T}",
                "apps.openshift.io/v1 | DeploymentConfig | {template: T}",
                "v1 | ReplicationController | {template: T}",
                "serving.knative.dev/v1 | Service | {template: T}",
                "keda.sh/v1alpha1 | ScaledJob | {jobTargetRef: {template: T}}",
                "batch.volcano.sh/v1alpha1 | Job | {tasks: [{name: worker, template: T}]}",
                "flink.apache.org/v1beta1 | FlinkDeployment | {serviceAccount: app, podTemplate: T}",
                "sparkoperator.k8s.io/v1beta2 | SparkApplication | {driver: {labels: {aadpodidbinding: a}, serviceAccount: app}}",
                "argoproj.io/v1alpha1 | Workflow | {serviceAccountName: app, podMetadata: {labels: {aadpodidbinding: a}},"
                        + " templates: [{name: main}]}",
                "argoproj.io/v1alpha1 | CronWorkflow | {workflowSpec: {serviceAccountName: app,"
                        + " templates: [{name: main, metadata: {labels: {aadpodidbinding: a}}}]}}",
                "ray.io/v1 | RayCluster | {workerGroupSpecs: [{groupName: g, template: T}]}",
                "kubeflow.org/v1 | PyTorchJob | {pytorchReplicaSpecs: {Master: {template: T}}}",
            })
    void object_ofAKnownKind_hasItsPod(String apiVersion, String kind, String spec) {
        List<Pod> pods =
                pods(new ManifestReader(Profile.V1_8_17), object(apiVersion, kind, spec.replace("T}", TEMPLATE + "}")));

        assertThat(pods).singleElement().satisfies(pod -> {
            assertThat(pod.bindingLabel()).contains("a");
            assertThat(pod.spec().serviceAccountName()).isEqualTo("app");
            assertThat(pod.owners()).contains(new Pod.Owner(kind, "x"));
        });
    }

    @Test
    void run_ofTekton_givesItsPodItsOwnLabels() {
        String run = "apiVersion: tekton.dev/v1\nkind: PipelineRun\nmetadata: {name: x, labels: {aadpodidbinding: a}}\n"
                + "spec: {taskRunTemplate: {serviceAccountName: app}}\n";

        assertThat(pods(new ManifestReader(Profile.V1_8_17), run))
                .singleElement()
                .satisfies(pod -> {
                    assertThat(pod.bindingLabel()).contains("a");
                    assertThat(pod.spec().serviceAccountName()).isEqualTo("app");
                });
    }

    @Test
    void driverAndExecutor_ofOneApplication_areTwoPods() {
        String application = object(
                "sparkoperator.k8s.io/v1beta2",
                "SparkApplication",
                "{driver: {labels: {aadpodidbinding: a}, serviceAccount: app}, executor: {labels: {aadpodidbinding: b}}}");

        List<Pod> pods = pods(new ManifestReader(Profile.V1_8_17), application);

        assertThat(pods).extracting(pod -> pod.name().name()).containsExactlyInAnyOrder("x-driver", "x-executor");
        assertThat(pods).allMatch(pod -> pod.spec().serviceAccountName().equals("app"));
    }

    @Test
    void job_ofKubernetesItself_isNotOneOfVolcano() {
        assertThat(pods(new ManifestReader(Profile.V1_8_17), object("batch/v1", "Job", "{template: " + TEMPLATE + "}")))
                .hasSize(1);
    }

    @Test
    void object_ofAKindThatAUserAdds_hasItsPods() {
        String queue = object("example.com/v1", "Queue", "{workers: [{pod: T}, {pod: T}]}".replace("T", TEMPLATE));
        var shapes = PodShapes.ALL_KNOWN.with(Map.of("Queue", "spec.workers[].pod"));

        assertThat(pods(new ManifestReader(Profile.V1_8_17), queue)).isEmpty();
        assertThat(pods(new ManifestReader(Profile.V1_8_17).withShapes(shapes), queue))
                .hasSize(2)
                .allMatch(pod -> pod.bindingLabel().equals(Optional.of("a")));
    }

    @Test
    void workload_thatIsScaledToZero_hasAPodForThoseWhoJudge() {
        String idle = object("apps/v1", "Deployment", "{replicas: 0, template: " + TEMPLATE + "}");

        assertThat(pods(new ManifestReader(Profile.V1_8_17), idle)).isEmpty();
        assertThat(pods(new ManifestReader(Profile.V1_8_17).withIdleWorkloads(), idle))
                .hasSize(1);
    }
}
