package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Decides which pods there are: {@code kubectl get all -o yaml} prints Deployment, ReplicaSet and pods, where only the
 * pods count, and a Deployment and a CronJob of one name make two pods.
 */
final class Replicas {

    private Replicas() {}

    static List<KubernetesObject> settle(List<KubernetesObject> objects) {
        List<Pod> pods = objects.stream()
                .filter(Pod.class::isInstance)
                .map(Pod.class::cast)
                .toList();
        Map<ObjectName, Owner> names = new HashMap<>();
        return objects.stream()
                .filter(object ->
                        !(object instanceof Pod pod) || pods.stream().noneMatch(other -> replaces(other, pod)))
                .map(object -> object instanceof Pod pod ? distinct(pod, names) : object)
                .toList();
    }

    /**
     * Whether the other pod was made by this pod's workload, so that this pod, which only stands for the workload, is
     * dropped.
     */
    private static boolean replaces(Pod other, Pod pod) {
        if (pod.owners().isEmpty()
                || !other.namespace().equals(pod.namespace())
                || other.name().equals(pod.name())) {
            return false;
        }
        Owner workload = workload(pod);
        return workload.name().equals(pod.name().name())
                && other.owners().stream().anyMatch(owner -> owner.equals(workload) || isMadeBy(owner, workload));
    }

    private static boolean isMadeBy(Owner owner, Owner workload) {
        boolean kinds = (owner.kind().equals("ReplicaSet") && workload.kind().equals("Deployment"))
                || (owner.kind().equals("Job") && workload.kind().equals("CronJob"));
        return kinds && owner.name().matches("\\Q" + workload.name() + "\\E-[^-]+");
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
