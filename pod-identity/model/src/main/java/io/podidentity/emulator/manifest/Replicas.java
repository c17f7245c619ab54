// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Decides which pods there are: {@code kubectl get all -o yaml} prints Deployment, ReplicaSet and pods, where only the
 * pods count, and a Deployment and a CronJob of one name make two pods.
 */
final class Replicas {

    /** Which kind makes the objects of another kind, whose names begin with its own name. */
    private static final Map<String, String> MAKERS = Map.of("ReplicaSet", "Deployment", "Job", "CronJob");

    private Replicas() {}

    static List<KubernetesObject> settle(List<KubernetesObject> objects) {
        Map<Maker, Set<ObjectName>> podsOfMakers = podsOfMakers(objects);
        Map<ObjectName, Owner> workloadsOfNames = new HashMap<>();
        var settled = new ArrayList<KubernetesObject>();
        for (KubernetesObject object : objects) {
            if (!(object instanceof Pod pod)) {
                settled.add(object);
            } else if (!isReplaced(pod, podsOfMakers)) {
                settled.add(withDistinctName(pod, workloadsOfNames));
            }
        }
        return settled;
    }

    /** What makes pods, in a namespace. */
    private record Maker(String namespace, Owner owner) {}

    private static Map<Maker, Set<ObjectName>> podsOfMakers(List<KubernetesObject> objects) {
        Map<Maker, Set<ObjectName>> pods = new HashMap<>();
        List<Pod> all = objects.stream()
                .filter(Pod.class::isInstance)
                .map(Pod.class::cast)
                .toList();
        for (Pod pod : all) {
            for (Maker maker : makersOf(pod)) {
                pods.computeIfAbsent(maker, first -> new HashSet<>()).add(pod.name());
            }
        }
        return pods;
    }

    /** The owners, and what has made them by their names: a Deployment its ReplicaSets, a CronJob its Jobs. */
    private static List<Maker> makersOf(Pod pod) {
        var makers = new ArrayList<Maker>();
        for (Owner owner : pod.owners()) {
            makers.add(new Maker(pod.namespace(), owner));
            int dash = owner.name().lastIndexOf('-');
            String kind = MAKERS.getOrDefault(owner.kind(), "");
            if (!kind.isEmpty() && dash >= 1) {
                makers.add(
                        new Maker(pod.namespace(), new Owner(kind, owner.name().substring(0, dash))));
            }
        }
        return makers;
    }

    /**
     * Whether another pod was made by this pod's workload, so that this pod, which only stands for the workload, is
     * dropped.
     */
    private static boolean isReplaced(Pod pod, Map<Maker, Set<ObjectName>> podsOfMakers) {
        Owner workload = workloadOf(pod);
        boolean standsForWorkload =
                !pod.owners().isEmpty() && workload.name().equals(pod.name().name());
        return standsForWorkload
                && podsOfMakers.getOrDefault(new Maker(pod.namespace(), workload), Set.of()).stream()
                        .anyMatch(other -> !other.equals(pod.name()));
    }

    private static Owner workloadOf(Pod pod) {
        if (pod.owners().isEmpty()) {
            return new Owner("Pod", pod.name().name());
        }
        return pod.owners().get(pod.owners().size() - 1);
    }

    /** Gives the pod another name if a pod of another workload has its name already. */
    private static Pod withDistinctName(Pod pod, Map<ObjectName, Owner> workloadsOfNames) {
        Owner workload = workloadOf(pod);
        if (workloadsOfNames.computeIfAbsent(pod.name(), name -> workload).equals(workload)) {
            return pod;
        }
        var name = new ObjectName(
                pod.namespace(), pod.name().name() + "-" + workload.kind().toLowerCase(Locale.ROOT));
        return new Pod(pod.metadata().withName(name), pod.spec(), pod.owners(), pod.phase());
    }
}
