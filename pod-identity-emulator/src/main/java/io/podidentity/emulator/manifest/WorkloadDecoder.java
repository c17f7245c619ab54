package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import java.util.List;

/**
 * Decodes pods and what makes pods. A workload becomes one pod of the workload's name, however many replicas it has; or
 * no pod if it has zero.
 */
record WorkloadDecoder(String kind, Metadata metadata, Fields object) {

    /** No pod for a kind that makes none. */
    List<KubernetesObject> decode() {
        Fields spec = object.object("spec");
        return switch (kind) {
            case "Pod" -> List.of(pod());
            case "Deployment" -> replicated(spec, List.of(new Owner("ReplicaSet", replicaSetName()), self()));
            case "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job" ->
                replicated(spec, List.of(self()));
            case "CronJob" -> {
                var job = new Owner("Job", metadata.name().name() + "-00000000");
                yield List.of(fromTemplate(spec.object("jobTemplate").object("spec"), List.of(job, self())));
            }
            default -> List.of();
        };
    }

    private Owner self() {
        return new Owner(kind, metadata.name().name());
    }

    /** As in a cluster it has the Deployment's name and a hash of the template behind it. */
    private String replicaSetName() {
        return metadata.name().name() + "-" + metadata.resourceVersion();
    }

    private Pod pod() {
        List<Owner> owners = object.object("metadata")
                .objects("ownerReferences", owner -> new Owner(owner.string("kind"), owner.string("name")));
        String phase = object.object("status").string("phase");
        return new Pod(
                metadata, PodSpecDecoder.decode(object.object("spec")), owners, phase.isEmpty() ? "Running" : phase);
    }

    private List<KubernetesObject> replicated(Fields spec, List<Owner> owners) {
        return spec.integer("replicas", 1) == 0 ? List.of() : List.of(fromTemplate(spec, owners));
    }

    private Pod fromTemplate(Fields spec, List<Owner> owners) {
        Fields template = spec.object("template");
        Fields templateMetadata = template.object("metadata");
        var podMetadata = new Metadata(
                metadata.name(),
                templateMetadata.stringMap("labels"),
                templateMetadata.stringMap("annotations"),
                metadata.resourceVersion(),
                metadata.position());
        return new Pod(podMetadata, PodSpecDecoder.decode(template.object("spec")), owners, "Running");
    }
}
