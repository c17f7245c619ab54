package io.podidentity.emulator.apiserver;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.ObjectUid;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What makes pods: follows a pod to it, and adds what stands between them. Not thread-safe. */
final class WorkloadObjects {

    private static final Map<String, String> API_VERSIONS = Map.of(
            "Deployment", "apps/v1",
            "ReplicaSet", "apps/v1",
            "StatefulSet", "apps/v1",
            "DaemonSet", "apps/v1",
            "ReplicationController", "v1",
            "Job", "batch/v1",
            "CronJob", "batch/v1");

    private final ApiObjects objects;

    WorkloadObjects(ApiObjects objects) {
        this.objects = objects;
    }

    private ApiResource resource(String kind) {
        return objects.resources().ofKind(API_VERSIONS.getOrDefault(kind, "v1"), kind);
    }

    /**
     * The pod that a workload makes, before anything has changed it; empty if no such workload is written. What the
     * workload makes first, a ReplicaSet or a Job, is there afterwards.
     */
    Optional<Map<String, Object>> podOf(Pod pod) {
        List<Owner> owners = pod.owners();
        if (owners.isEmpty()
                || !API_VERSIONS.containsKey(owners.get(owners.size() - 1).kind())) {
            return Optional.empty();
        }
        Owner maker = owners.get(owners.size() - 1);
        return objects.find(resource(maker.kind()), new ObjectName(pod.namespace(), maker.name()))
                .map(workload -> made(pod, maker.kind().equals("CronJob") ? job(workload, pod) : workload));
    }

    private Map<String, Object> made(Pod pod, Map<String, Object> workload) {
        Map<String, Object> template = Tree.copy(Tree.map(workload, "spec", "template"));
        Map<String, Object> object = ApiObjects.named("v1", "Pod", pod.name());
        Map<String, Object> metadata = Tree.made(object, "metadata");
        Tree.map(template, "metadata").forEach(metadata::putIfAbsent);
        object.put("spec", Tree.map(template, "spec"));
        Owner owner = pod.owners().get(0);
        if (owner.kind().equals("ReplicaSet") && pod.owners().size() > 1) {
            replicaSet(workload, owner.name());
        }
        metadata.put("ownerReferences", List.of(reference(owner.kind(), owner.name(), pod.namespace())));
        return object;
    }

    private void replicaSet(Map<String, Object> deployment, String name) {
        Map<String, Object> set = owned("ReplicaSet", name, deployment);
        Map<String, Object> metadata = Tree.made(set, "metadata");
        metadata.put("labels", Tree.map(deployment, "spec", "template", "metadata", "labels"));
        metadata.put("annotations", new LinkedHashMap<>(Map.of("deployment.kubernetes.io/revision", "1")));
        var spec = new LinkedHashMap<String, Object>();
        for (String field : List.of("replicas", "selector", "template")) {
            Object value = Tree.at(deployment, "spec", field);
            if (value != null) {
                spec.put(field, value);
            }
        }
        set.put("spec", spec);
        objects.putIfAbsent(resource("ReplicaSet"), set);
    }

    private Map<String, Object> job(Map<String, Object> cronJob, Pod pod) {
        Map<String, Object> job = owned("Job", pod.owners().get(0).name(), cronJob);
        job.put("spec", Tree.map(cronJob, "spec", "jobTemplate", "spec"));
        objects.putIfAbsent(resource("Job"), job);
        return job;
    }

    private static Map<String, Object> owned(String kind, String name, Map<String, Object> owner) {
        ObjectName ownerName = ApiObjects.name(owner);
        Map<String, Object> object = ApiObjects.named(
                API_VERSIONS.getOrDefault(kind, "v1"), kind, new ObjectName(ownerName.namespace(), name));
        Tree.made(object, "metadata")
                .put(
                        "ownerReferences",
                        List.of(reference(Tree.text(owner, "kind"), ownerName.name(), ownerName.namespace())));
        return object;
    }

    private static Map<String, Object> reference(String kind, String name, String namespace) {
        var reference = new LinkedHashMap<String, Object>();
        reference.put("apiVersion", API_VERSIONS.getOrDefault(kind, "v1"));
        reference.put("kind", kind);
        reference.put("name", name);
        reference.put("uid", ObjectUid.of(kind, new ObjectName(namespace, name)));
        reference.put("controller", true);
        reference.put("blockOwnerDeletion", true);
        return reference;
    }

    /** All replicas are ready: one pod stands for them. */
    void addStatus() {
        for (String kind : List.of("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController")) {
            for (Map<String, Object> workload : new ArrayList<>(objects.list(resource(kind), ""))) {
                Object replicas = Tree.at(workload, "spec", "replicas");
                Object ready = replicas == null ? 1L : replicas;
                List<String> fields = kind.equals("DaemonSet")
                        ? List.of(
                                "currentNumberScheduled",
                                "desiredNumberScheduled",
                                "numberAvailable",
                                "numberReady",
                                "updatedNumberScheduled")
                        : List.of("availableReplicas", "readyReplicas", "replicas", "updatedReplicas");
                Map<String, Object> status = Tree.made(workload, "status");
                fields.forEach(field -> status.putIfAbsent(field, ready));
                status.putIfAbsent("observedGeneration", 1L);
            }
        }
    }
}
