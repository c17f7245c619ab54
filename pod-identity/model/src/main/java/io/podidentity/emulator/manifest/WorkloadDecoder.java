// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.Container;
import io.podidentity.emulator.cluster.Container.EnvironmentVariable;
import io.podidentity.emulator.cluster.Container.VolumeMount;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.cluster.Pod.Owner;
import io.podidentity.emulator.cluster.PodSpec;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.cluster.Volume;
import io.podidentity.emulator.cluster.Volume.TokenProjection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * Decodes pods and what makes pods. A workload becomes one pod of the workload's name, however many replicas it has; or
 * no pod if it has zero.
 */
record WorkloadDecoder(Manifest manifest, boolean withIdle, Metadata metadata, Fields object) {

    /** How the kinds of Kubernetes itself are decoded, from their spec; others may have more fields than a pod. */
    private static final Map<String, BiFunction<WorkloadDecoder, Fields, List<Pod>>> OWN = Map.of(
            "Pod", WorkloadDecoder::decodePod,
            "Deployment", WorkloadDecoder::decodeDeployment,
            "ReplicaSet", WorkloadDecoder::decodeReplicated,
            "StatefulSet", WorkloadDecoder::decodeReplicated,
            "DaemonSet", WorkloadDecoder::decodeReplicated,
            "ReplicationController", WorkloadDecoder::decodeReplicated,
            "Job", WorkloadDecoder::decodeReplicated,
            "CronJob", WorkloadDecoder::decodeCronJob);

    private String kind() {
        return manifest.kind();
    }

    /** The pods; none of a kind that makes none. */
    List<KubernetesObject> decode() {
        BiFunction<WorkloadDecoder, Fields, List<Pod>> decoder = OWN.get(kind());
        boolean hasUsualPlace = manifest.pods().stream().allMatch(PodPlace::isFixed);
        List<Pod> pods = decoder != null && hasUsualPlace ? decodeOwn(decoder) : decodeOthers();
        // In a dump that somebody has shortened, a ReplicaSet can lack its template, so nothing is known of its pods.
        return manifest.pods().isEmpty() ? List.of() : List.copyOf(pods);
    }

    private List<Pod> decodeOthers() {
        boolean isIdle = manifest.content().textAt("spec", "replicas").equals("0");
        if (isIdle && !withIdle) {
            return List.of();
        }
        return manifest.pods().stream().map(this::ofPlace).toList();
    }

    /** Of a workload with several pods each has a name and a place of its own. */
    private Pod ofPlace(PodPlace place) {
        boolean isOnly = manifest.pods().size() == 1;
        var podMetadata = new Metadata(
                isOnly ? metadata.name() : nameOf(place),
                texts(place.labels()),
                texts(place.annotations()),
                metadata.resourceVersion(),
                isOnly ? metadata.position() : positionOf(place));
        PodSpec spec = place.isTemplate() ? specAt(object.object(place.spec())) : PodSpec.EMPTY;
        return new Pod(podMetadata, spec.withServiceAccountName(accountOf(place)), List.of(self()), "Running");
    }

    private ObjectName nameOf(PodPlace place) {
        return new ObjectName(metadata.name().namespace(), metadata.name().name() + "-" + suffix(place));
    }

    private Position positionOf(PodPlace place) {
        Yaml content = manifest.content();
        return content.at(place.at().toArray(String[]::new)).orElse(content).position();
    }

    private String accountOf(PodPlace place) {
        return place.accounts().stream()
                .map(path -> manifest.content().textAt(path.toArray(String[]::new)))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** The name of the element of a list that it is below, or the last key that tells its pods from others. */
    private String suffix(PodPlace place) {
        for (int i = place.at().size(); i > 0; i--) {
            Optional<Integer> index = Yaml.indexOf(place.at().get(i - 1));
            if (index.isPresent()) {
                Stream<String> name = Stream.concat(place.at().subList(0, i).stream(), Stream.of("name"));
                String text = manifest.content().textAt(name.toArray(String[]::new));
                return text.isEmpty() ? index.get().toString() : text;
            }
        }
        return place.at().stream()
                .filter(key -> !key.equals("spec") && !key.equals("template"))
                .reduce("pod", (before, key) -> key)
                .toLowerCase(Locale.ROOT);
    }

    /** The texts of several objects; the first that has a key wins. */
    private Map<String, String> texts(List<List<String>> paths) {
        var texts = new LinkedHashMap<String, String>();
        for (List<String> path : paths) {
            Optional<Yaml> found = manifest.content().at(path.toArray(String[]::new));
            if (found.orElse(null) instanceof Yaml.Mapping map) {
                map.entries()
                        .forEach(entry ->
                                texts.putIfAbsent(entry.key(), entry.value().textAt()));
            }
        }
        return texts;
    }

    private List<Pod> decodeOwn(BiFunction<WorkloadDecoder, Fields, List<Pod>> decoder) {
        String kind = kind();
        Fields spec = object.object("spec");
        List<Pod> decoded = decoder.apply(this, spec);
        if (!decoded.isEmpty()) {
            object.reportUnknownOf(kind);
            if (!kind.equals("Pod")) {
                spec.reportUnknownOf(kind + "Spec");
            }
        }
        return decoded;
    }

    private List<Pod> decodeDeployment(Fields spec) {
        return replicated(spec, List.of(new Owner("ReplicaSet", replicaSetName()), self()));
    }

    private List<Pod> decodeReplicated(Fields spec) {
        return replicated(spec, List.of(self()));
    }

    private List<Pod> decodeCronJob(Fields spec) {
        var job = new Owner("Job", metadata.name().name() + "-00000000");
        return List.of(fromTemplate(spec.object("jobTemplate").object("spec"), List.of(job, self())));
    }

    private Owner self() {
        return new Owner(kind(), metadata.name().name());
    }

    /** As in a cluster it has the Deployment's name and a hash of the template behind it. */
    private String replicaSetName() {
        return metadata.name().name() + "-" + metadata.resourceVersion();
    }

    private List<Pod> decodePod(Fields spec) {
        List<Owner> owners = new ArrayList<>(object.object("metadata")
                .objects("ownerReferences", owner -> new Owner(owner.string("kind"), owner.string("name"))));
        deploymentOf(owners).ifPresent(owners::add);
        String phase = object.object("status").string("phase");
        return List.of(new Pod(metadata, podSpec(spec), owners, phase.isEmpty() ? "Running" : phase));
    }

    /**
     * The Deployment of a pod, which names its ReplicaSets by its own name and a hash.
     *
     * @see <a href="https://kubernetes.io/docs/concepts/workloads/controllers/deployment/">pod-template-hash</a>
     */
    private Optional<Owner> deploymentOf(List<Owner> owners) {
        String hash = "-" + metadata.labels().getOrDefault("pod-template-hash", "");
        if (hash.length() == 1) {
            return Optional.empty();
        }
        return owners.stream()
                .map(Owner::name)
                .filter(name -> name.endsWith(hash))
                .findFirst()
                .map(name -> new Owner("Deployment", name.substring(0, name.length() - hash.length())));
    }

    private List<Pod> replicated(Fields spec, List<Owner> owners) {
        boolean isIdle = spec.integer("replicas", 1) == 0;
        return isIdle && !withIdle ? List.of() : List.of(fromTemplate(spec, owners));
    }

    private Pod fromTemplate(Fields spec, List<Owner> owners) {
        Fields template = spec.object("template");
        Fields templateMetadata = template.object("metadata");
        var podMetadata = new Metadata(
                metadata.name(),
                templateMetadata.labels(),
                templateMetadata.stringMap("annotations"),
                metadata.resourceVersion(),
                metadata.position());
        var pod = new Pod(podMetadata, podSpec(template.object("spec")), owners, "Running");
        templateMetadata.reportUnknownOf("ObjectMeta");
        template.reportUnknownOf("PodTemplateSpec");
        return pod;
    }

    private static PodSpec podSpec(Fields spec) {
        PodSpec decoded = specAt(spec);
        spec.reportUnknownOf("PodSpec");
        return decoded;
    }

    private static PodSpec specAt(Fields spec) {
        String account = spec.nameOfObject("serviceAccountName");
        String node = spec.string("nodeName");
        return new PodSpec(
                account.isEmpty() ? spec.nameOfObject("serviceAccount") : account,
                spec.bool("hostNetwork"),
                node.isEmpty() ? PodSpec.NODE : node,
                spec.objects("initContainers", WorkloadDecoder::container),
                spec.objects("containers", WorkloadDecoder::container),
                spec.objects("volumes", WorkloadDecoder::volume));
    }

    private static Container container(Fields container) {
        var decoded = new Container(
                container.string("name"),
                container.string("image"),
                container.strings("command"),
                container.strings("args"),
                container.objects("env", WorkloadDecoder::variable),
                container.objects("volumeMounts", WorkloadDecoder::mount),
                container.string("restartPolicy"),
                Map.of());
        container.reportUnknownOf("Container");
        return decoded;
    }

    private static EnvironmentVariable variable(Fields variable) {
        variable.reportUnknownOf("EnvVar");
        return new EnvironmentVariable(
                variable.string("name"), variable.has("valueFrom") ? null : variable.string("value"));
    }

    private static VolumeMount mount(Fields mount) {
        mount.reportUnknownOf("VolumeMount");
        return new VolumeMount(mount.string("name"), mount.string("mountPath"), mount.bool("readOnly"));
    }

    private static Volume volume(Fields volume) {
        volume.reportUnknownOf("Volume");
        TokenProjection token = volume.object("projected").objects("sources", WorkloadDecoder::token).stream()
                .filter(projection -> !projection.path().isEmpty())
                .findFirst()
                .orElse(null);
        return new Volume(volume.string("name"), token, "");
    }

    private static TokenProjection token(Fields source) {
        Fields token = source.object("serviceAccountToken");
        return new TokenProjection(
                token.string("path"), token.string("audience"), token.integer("expirationSeconds", 3600));
    }
}
