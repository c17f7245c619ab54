// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Which kinds of objects make pods, and where each describes them. To know another kind is a line of {@link #KNOWN}; a
 * user adds kinds of their own by {@link #with}. Immutable.
 *
 * @since 0.1.0
 */
public final class PodShapes {

    /**
     * @param groups of its API, between spaces; a star for any
     * @param kinds between spaces
     * @param path to the description: keys between slashes, {@code []} for each element of a list, {@code *} for each
     *     value of an object
     */
    private record Shape(String groups, String kinds, String path, PodForm form) {

        boolean isOf(String group, String kind) {
            return hasKind(kind) && (groups.equals("*") || isExactly(group, kind));
        }

        boolean isExactly(String group, String kind) {
            return hasKind(kind) && List.of(groups.split(" ", -1)).contains(group);
        }

        private boolean hasKind(String kind) {
            return List.of(kinds.split(" ", -1)).contains(kind);
        }
    }

    private static final String EACH_ELEMENT = "[]";
    private static final String EACH_VALUE = "*";
    private static final String TEMPLATE = "spec/template";

    private static final List<Shape> KNOWN = List.of(
            of("*", "Pod", ""),
            of("*", "Deployment ReplicaSet StatefulSet DaemonSet ReplicationController Job", TEMPLATE),
            of("*", "CronJob", "spec/jobTemplate/spec/template"),
            of("*", "DeploymentConfig", TEMPLATE),
            of("argoproj.io", "Rollout", TEMPLATE),
            of("serving.knative.dev", "Service Configuration", TEMPLATE),
            of("keda.sh", "ScaledJob", "spec/jobTargetRef/template"),
            of("apps.kruise.io", "CloneSet BroadcastJob", TEMPLATE),
            of("apps.kruise.io", "AdvancedCronJob", "spec/template/jobTemplate/spec/template"),
            of("batch.volcano.sh", "Job", "spec/tasks/[]/template"),
            of("jobset.x-k8s.io", "JobSet", "spec/replicatedJobs/[]/template/spec/template"),
            of("ray.io", "RayCluster", "spec/headGroupSpec/template"),
            of("ray.io", "RayCluster", "spec/workerGroupSpecs/[]/template"),
            of("ray.io", "RayJob", "spec/rayClusterSpec/headGroupSpec/template"),
            of("ray.io", "RayJob", "spec/rayClusterSpec/workerGroupSpecs/[]/template"),
            of("ray.io", "RayService", "spec/rayClusterConfig/headGroupSpec/template"),
            of("ray.io", "RayService", "spec/rayClusterConfig/workerGroupSpecs/[]/template"),
            of("kubeflow.org", "PyTorchJob", "spec/pytorchReplicaSpecs/*/template"),
            of("kubeflow.org", "TFJob", "spec/tfReplicaSpecs/*/template"),
            of("kubeflow.org", "MPIJob", "spec/mpiReplicaSpecs/*/template"),
            new Shape("flink.apache.org", "FlinkDeployment", "spec/podTemplate", PodForm.FLINK),
            new Shape("sparkoperator.k8s.io", "SparkApplication", "spec/driver", PodForm.SPARK),
            new Shape("sparkoperator.k8s.io", "SparkApplication", "spec/executor", PodForm.SPARK),
            new Shape("sparkoperator.k8s.io", "ScheduledSparkApplication", "spec/template/driver", PodForm.SPARK),
            new Shape("sparkoperator.k8s.io", "ScheduledSparkApplication", "spec/template/executor", PodForm.SPARK),
            new Shape(
                    "argoproj.io",
                    "Workflow WorkflowTemplate ClusterWorkflowTemplate",
                    "spec/templates/[]",
                    PodForm.STEP),
            new Shape("argoproj.io", "CronWorkflow", "spec/workflowSpec/templates/[]", PodForm.STEP),
            new Shape("tekton.dev", "TaskRun PipelineRun", "", PodForm.RUN));

    public static final PodShapes ALL_KNOWN = new PodShapes(KNOWN);

    private final List<Shape> shapes;

    private PodShapes(List<Shape> shapes) {
        this.shapes = shapes;
    }

    private static Shape of(String groups, String kinds, String path) {
        return new Shape(groups, kinds, path, PodForm.TEMPLATE);
    }

    /**
     * Knows kinds of a user, too.
     *
     * @param templates the kinds, of any group, and the path to their pod template, such as {@code
     * spec.tasks[].template}
     */
    public PodShapes with(Map<String, String> templates) {
        Stream<Shape> own =
                templates.entrySet().stream().map(template -> of("*", template.getKey(), slashed(template.getValue())));
        return new PodShapes(Stream.concat(own, shapes.stream()).toList());
    }

    private static String slashed(String path) {
        return path.replace("[]", ".[]").replace('.', '/');
    }

    /** Those of that very group; if there is none, those of any group. */
    private List<Shape> of(String group, String kind) {
        List<Shape> exact =
                shapes.stream().filter(shape -> shape.isExactly(group, kind)).toList();
        if (exact.isEmpty()) {
            return shapes.stream().filter(shape -> shape.isOf(group, kind)).toList();
        }
        return exact;
    }

    /** The places at which the object describes pods; none of a kind that is not known, or that names another's. */
    public List<PodPlace> places(String group, String kind, Yaml content) {
        return of(group, kind).stream().flatMap(shape -> places(shape, content)).toList();
    }

    private static Stream<PodPlace> places(Shape shape, Yaml content) {
        return found(content, List.of(shape.path().split("/", -1))).map(shape.form()::at);
    }

    /** The one place of a kind that has one in each object, whether it is written there or not. */
    public Optional<PodPlace> fixedPlace(String group, String kind) {
        List<Shape> own = of(group, kind);
        boolean isOne = own.size() == 1
                && own.get(0).form().equals(PodForm.TEMPLATE)
                && !own.get(0).path().matches(".*(\\[]|\\*).*");
        return isOne ? Optional.of(own.get(0).form().at(keys(own.get(0).path()))) : Optional.empty();
    }

    private static List<String> keys(String path) {
        return path.isEmpty() ? List.of() : List.of(path.split("/", -1));
    }

    private static Stream<List<String>> found(Yaml content, List<String> path) {
        Stream<Found> found = Stream.of(new Found(content, List.of()));
        for (String key : path) {
            found = found.flatMap(place -> place.next(key));
        }
        return found.filter(place -> place.value() instanceof Yaml.Mapping).map(Found::keys);
    }

    /** A value, and the keys that lead to it. */
    private record Found(Yaml value, List<String> keys) {

        Stream<Found> next(String key) {
            if (key.isEmpty()) {
                return Stream.of(this);
            }
            if (key.equals(EACH_ELEMENT)) {
                return elements();
            }
            if (key.equals(EACH_VALUE)) {
                return values();
            }
            return value.at(key).map(found -> below(key, found)).stream();
        }

        private Stream<Found> elements() {
            List<Yaml> elements = value.elementsAt();
            return IntStream.range(0, elements.size()).mapToObj(i -> below("[" + i + "]", elements.get(i)));
        }

        private Stream<Found> values() {
            List<Yaml.Entry> entries = value instanceof Yaml.Mapping mapping ? mapping.entries() : List.of();
            return entries.stream().map(entry -> below(entry.key(), entry.value()));
        }

        private Found below(String key, Yaml found) {
            var all = new ArrayList<>(keys);
            all.add(key);
            return new Found(found, List.copyOf(all));
        }
    }
}
