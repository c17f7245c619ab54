// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.migrate.edit.SourceObject;
import io.podidentity.podid.migrate.edit.SourceTree;
import java.util.List;

/** Finds where the objects of clusters are written. */
record WrittenObjects(SourceTree tree) {

    List<SourceObject> find(KubernetesObject object) {
        return tree.findObjects(
                object.metadata().position(), kindOf(object), object.name().name());
    }

    /** The model names its types as Kubernetes and aad-pod-identity name their kinds. */
    static String kindOf(KubernetesObject object) {
        return object.getClass().getSimpleName();
    }

    /** Finds where the workload of a pod is written, or the pod itself. */
    List<SourceObject> find(PodSource source) {
        return tree.findObjects(
                positionOf(source), source.kind(), source.object().name().name());
    }

    /** Finds where something with the pod's own name is written, which kustomizations can make the workload from. */
    List<SourceObject> findByNameOfPod(PodSource source) {
        return tree.findObjectsNamed(positionOf(source), source.pod().name().name());
    }

    private static Position positionOf(PodSource source) {
        return source.pod().metadata().position();
    }

    /** The name that an object of a cluster has in the files, without what kustomizations put around it. */
    String sourceName(MovePlan plan, ObjectName name) {
        return tree.sourceName(plan.position(), name.name());
    }
}
