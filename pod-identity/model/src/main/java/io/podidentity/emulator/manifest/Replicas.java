package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
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

    private Replicas() {}

    static List<KubernetesObject> settle(List<KubernetesObject> objects) {
        Map<Made, Set<ObjectName>> made = new HashMap<>();
        for (KubernetesObject object : objects) {
            if (object instanceof Pod pod) {
                pod.owners()
                        .forEach(owner -> makers(pod, owner)
                                .forEach(maker -> made.computeIfAbsent(maker, key -> new HashSet<>())
                                        .add(pod.name())));
            }
        }
        Map<ObjectName, Owner> names = new HashMap<>();
        return objects.stream()
                .filter(object -> !(object instanceof Pod pod) || !isReplaced(pod, made))
                .map(object -> object instanceof Pod pod ? distinct(pod, names) : object)
                .toList();
    }

    /** What makes pods, in a namespace. */
    private record Made(String namespace, Owner owner) {}

    /** The owner itself, and what has made it by its name: a Deployment its ReplicaSets, a CronJob its Jobs. */
    private static List<Made> makers(Pod pod, Owner owner) {
        int dash = owner.name().lastIndexOf('-');
        String kind = switch (owner.kind()) {
            case "ReplicaSet" -> "Deployment";
            case "Job" -> "CronJob";
            default -> "";
        };
        var itself = new Made(pod.namespace(), owner);
        return kind.isEmpty() || dash < 1
                ? List.of(itself)
                : List.of(
                        itself,
                        new Made(pod.namespace(), new Owner(kind, owner.name().substring(0, dash))));
    }

    /**
     * Whether another pod was made by this pod's workload, so that this pod, which only stands for the workload, is
     * dropped.
     */
    private static boolean isReplaced(Pod pod, Map<Made, Set<ObjectName>> made) {
        Owner workload = workload(pod);
        return !pod.owners().isEmpty()
                && workload.name().equals(pod.name().name())
                && made.getOrDefault(new Made(pod.namespace(), workload), Set.of()).stream()
                        .anyMatch(other -> !other.equals(pod.name()));
    }

    private static Owner workload(Pod pod) {
        return pod.owners().isEmpty()
                ? new Owner("Pod", pod.name().name())
                : pod.owners().get(pod.owners().size() - 1);
    }

    private static Pod distinct(Pod pod, Map<ObjectName, Owner> names) {
        Owner workload = workload(pod);
        if (names.computeIfAbsent(pod.name(), name -> workload).equals(workload)) {
            return pod;
        }
        var name = new ObjectName(
                pod.namespace(), pod.name().name() + "-" + workload.kind().toLowerCase(Locale.ROOT));
        return new Pod(pod.metadata().withName(name), pod.spec(), pod.owners(), pod.phase());
    }
}
