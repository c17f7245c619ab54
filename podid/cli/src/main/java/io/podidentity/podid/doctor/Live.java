// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Denied;
import io.podidentity.podid.kubectl.Part;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A running cluster, as far as the user may see it: objects that stay and those that are being deleted, without
 * secrets' values; pods of NMI, MIC and the webhook, in whatever namespace, empty if they were not seen; warnings of
 * the namespace; and what containers with workload identity take their variables of.
 */
record Live(
        String namespace,
        List<Part> objects,
        List<Part> leaving,
        Optional<List<Part>> parts,
        List<Part> events,
        VariableSources sources,
        List<MissingRight> missing,
        Instant now) {

    /** What a namespace runs; who may not see one of them may miss a workload. */
    static final List<String> KINDS = List.of(
            "pods",
            "serviceaccounts",
            "networkpolicies.networking.k8s.io",
            "deployments.apps",
            "statefulsets.apps",
            "daemonsets.apps",
            "replicasets.apps",
            "jobs.batch",
            "cronjobs.batch");

    /**
     * What the user could not see, why in kubectl's own words, and the command that makes a role for it; empty where a
     * role is not what is missing.
     */
    record MissingRight(String what, String why, String remedy) {

        /** @param resources that the role is to allow, between commas */
        static MissingRight of(String what, KubectlException failure, String resources) {
            Optional<Denied> denied = failure.denied().stream()
                    .filter(one -> List.of(resources.split(",", -1)).contains(one.qualifiedResource()))
                    .findFirst();
            String why = failure.message()
                    .lines()
                    .filter(line ->
                            denied.isEmpty() || line.contains('"' + denied.get().resource() + '"'))
                    .findFirst()
                    .orElse(failure.message());
            return new MissingRight(
                    what,
                    why,
                    denied.map(one -> one.writeGrant("doctor", resources, "")).orElse(""));
        }
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

    /** How long ago that was; zero for what is no time or is to come, by a clock that differs. */
    Duration age(String time) {
        try {
            Duration age = Duration.between(Instant.parse(time), now);
            return age.isNegative() ? Duration.ZERO : age;
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    /** Those of them that a workload has made, or that are the pod itself. */
    List<Part> podsOf(List<Part> among, String kind, String name) {
        return among.stream()
                .filter(one -> one.kind().equals("Pod"))
                .filter(pod -> pod.namespace().equals(namespace))
                .filter(pod -> kind.equals("Pod") ? pod.name().equals(name) : isOf(pod, kind, name))
                .toList();
    }

    private boolean isOf(Part pod, String kind, String name) {
        String middleKind = kind.equals("Deployment") ? "ReplicaSet" : kind.equals("CronJob") ? "Job" : "";
        String middle = pod.ownerOf(middleKind);
        return pod.ownerOf(kind).equals(name)
                || (!middle.isEmpty()
                        && find(middleKind, namespace, middle)
                                .map(one -> one.ownerOf(kind).equals(name))
                                .orElseGet(() -> middle.startsWith(name + "-")));
    }

    /** Whether it is made by a workload that was read, and so says nothing of its own. */
    boolean isMade(Part object) {
        return object.at("metadata", "ownerReferences").items().stream()
                .anyMatch(owner -> find(owner.text("kind"), object.namespace(), owner.text("name"))
                                .isPresent()
                        // Its ReplicaSet may be what the user may not see.
                        || (owner.text("kind").equals("ReplicaSet")
                                && of("Deployment")
                                        .anyMatch(one -> one.namespace().equals(object.namespace())
                                                && owner.text("name").startsWith(one.name() + "-"))));
    }
}
