package io.podidentity.podid.doctor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A running cluster, as far as the user may see it.
 *
 * @param namespace that is looked at
 * @param objects all that were read, without secrets' values
 * @param parts pods of NMI, MIC and the webhook, in whatever namespace; empty if they were not seen
 * @param missing what may not be seen
 */
record Live(String namespace, List<Part> objects, Optional<List<Part>> parts, List<MissingRight> missing) {

    Live {
        objects = List.copyOf(objects);
        missing = List.copyOf(missing);
    }

    Stream<Part> of(String kind) {
        return objects.stream().filter(object -> object.kind().equals(kind));
    }

    Optional<Part> find(String kind, String objectNamespace, String name) {
        return of(kind).filter(one ->
                        one.namespace().equals(objectNamespace) && one.name().equals(name))
                .findFirst();
    }

    /** Whether objects of that kind could be seen, if there are any. */
    boolean sees(String kind) {
        return missing.stream().noneMatch(one -> one.what().contains(kind));
    }

    /** The pods that a workload has, or the pod itself. */
    List<Part> podsOf(String kind, String name) {
        return of("Pod")
                .filter(pod -> pod.namespace().equals(namespace))
                .filter(pod -> kind.equals("Pod") ? pod.name().equals(name) : isOf(pod, kind, name))
                .toList();
    }

    private boolean isOf(Part pod, String kind, String name) {
        if (pod.ownerOf(kind).equals(name)) {
            return true;
        }
        return switch (kind) {
            case "Deployment" -> isOwned("ReplicaSet", pod.ownerOf("ReplicaSet"), kind, name);
            case "CronJob" -> isOwned("Job", pod.ownerOf("Job"), kind, name);
            default -> false;
        };
    }

    private boolean isOwned(String middleKind, String middle, String kind, String name) {
        return !middle.isEmpty()
                && find(middleKind, namespace, middle)
                        .map(one -> one.ownerOf(kind).equals(name))
                        .orElseGet(() -> middle.startsWith(name + "-"));
    }

    /** Its ReplicaSet may be what the user may not see. */
    private boolean isMadeByDeployment(Part object, Part owner) {
        return owner.text("kind").equals("ReplicaSet")
                && of("Deployment")
                        .anyMatch(one -> one.namespace().equals(object.namespace())
                                && owner.text("name").startsWith(one.name() + "-"));
    }

    /** Whether it is made by a workload that was read, and so says nothing of its own. */
    boolean isMade(Part object) {
        return object.at("metadata", "ownerReferences").items().stream()
                .anyMatch(owner -> find(owner.text("kind"), object.namespace(), owner.text("name"))
                                .isPresent()
                        || isMadeByDeployment(object, owner));
    }
}
