// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.KubectlException;
import io.podidentity.podid.kubectl.KubectlException.Denied;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A running cluster, as far as the user may see it. Values of secrets are not in it.
 *
 * @param objects those that stay
 * @param leaving those that are being deleted
 * @param parts the pods of NMI, MIC and the webhook, in whatever namespace; empty if they were not seen
 * @param events warnings of the namespace
 * @param sources from what containers with workload identity take their variables
 */
record Live(
        String namespace,
        List<KubernetesJson> objects,
        List<KubernetesJson> leaving,
        Optional<List<KubernetesJson>> parts,
        List<KubernetesJson> events,
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

    /** Controllers that do not make pods themselves, with the kind of object that makes the pods for them. */
    private static final Map<String, String> MAKERS_OF_PODS = Map.of("Deployment", "ReplicaSet", "CronJob", "Job");

    /**
     * What the user could not see, why in kubectl's own words, and the command that makes a role for it; empty where a
     * role is not what is missing.
     */
    record MissingRight(String what, String why, String remedy) {

        /** @param resources that the role is to allow, between commas */
        static MissingRight of(String what, KubectlException failure, String resources) {
            List<String> wanted = List.of(resources.split(",", -1));
            Optional<Denied> denied = failure.denied().stream()
                    .filter(refusal -> wanted.contains(refusal.qualifiedResource()))
                    .findFirst();
            if (denied.isEmpty()) {
                String firstLine = failure.message().lines().findFirst().orElse(failure.message());
                return new MissingRight(what, firstLine, "");
            }
            String quotedResource = '"' + denied.get().resource() + '"';
            String why = failure.message()
                    .lines()
                    .filter(line -> line.contains(quotedResource))
                    .findFirst()
                    .orElse(failure.message());
            return new MissingRight(what, why, denied.get().writeGrant("doctor", resources, ""));
        }
    }

    Stream<KubernetesJson> objectsOfKind(String kind) {
        return objects.stream().filter(object -> object.kind().equals(kind));
    }

    Optional<KubernetesJson> findObject(String kind, String objectNamespace, String name) {
        return objectsOfKind(kind)
                .filter(object -> object.namespace().equals(objectNamespace))
                .filter(object -> object.name().equals(name))
                .findFirst();
    }

    /** Whether objects of that kind could be seen, if there are any. */
    boolean canSee(String kind) {
        return missing.stream().noneMatch(right -> right.what().contains(kind));
    }

    /** How long ago that was; zero for what is no time or is to come, by a clock that differs. */
    Duration measureAge(String time) {
        try {
            Duration age = Duration.between(Instant.parse(time), now);
            return age.isNegative() ? Duration.ZERO : age;
        } catch (DateTimeParseException e) {
            return Duration.ZERO;
        }
    }

    /** Those among the objects that are pods which a workload has made, or the pod of that name itself. */
    List<KubernetesJson> findPods(List<KubernetesJson> among, String kind, String name) {
        return among.stream()
                .filter(object -> object.kind().equals("Pod"))
                .filter(pod -> pod.namespace().equals(namespace))
                .filter(pod -> isOfWorkload(pod, kind, name))
                .toList();
    }

    private boolean isOfWorkload(KubernetesJson pod, String kind, String name) {
        if (kind.equals("Pod")) {
            return pod.name().equals(name);
        }
        if (pod.ownerOf(kind).equals(name)) {
            return true;
        }
        String kindOfMaker = MAKERS_OF_PODS.getOrDefault(kind, "");
        String maker = pod.ownerOf(kindOfMaker);
        return !maker.isEmpty() && isMaker(kindOfMaker, maker, kind, name);
    }

    /** A maker that the user may not see is told by its name, which begins with the workload's. */
    private boolean isMaker(String kindOfMaker, String maker, String kind, String name) {
        return findObject(kindOfMaker, namespace, maker)
                .map(object -> object.ownerOf(kind).equals(name))
                .orElseGet(() -> maker.startsWith(name + "-"));
    }

    /** Whether a workload that was read makes the object, which then says nothing of its own. */
    boolean isMadeByWorkload(KubernetesJson object) {
        return object.at("metadata", "ownerReferences").items().stream()
                .anyMatch(owner -> isRead(owner, object.namespace()));
    }

    private boolean isRead(KubernetesJson owner, String ofNamespace) {
        if (findObject(owner.text("kind"), ofNamespace, owner.text("name")).isPresent()) {
            return true;
        }
        // The ReplicaSet of a Deployment that was read may be what the user may not see.
        return owner.text("kind").equals("ReplicaSet")
                && objectsOfKind("Deployment")
                        .filter(deployment -> deployment.namespace().equals(ofNamespace))
                        .anyMatch(deployment -> owner.text("name").startsWith(deployment.name() + "-"));
    }

    /** The tag of a component's image, without a digest; empty if the image has no tag. */
    static String readVersion(KubernetesJson pod) {
        String image = pod.at("spec", "containers").items().stream()
                .findFirst()
                .orElse(KubernetesJson.NONE)
                .text("image")
                .replaceFirst("@.*", "");
        String lastPart = image.substring(image.lastIndexOf('/') + 1);
        return lastPart.replaceFirst("^[^:]*:?", "");
    }
}
