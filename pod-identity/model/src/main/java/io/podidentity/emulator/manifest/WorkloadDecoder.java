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
import java.util.Set;
import java.util.stream.Stream;

/**
 * Decodes pods and what makes pods. A workload becomes one pod of the workload's name, however many replicas it has; or
 * no pod if it has zero.
 */
record WorkloadDecoder(Manifest manifest, boolean withIdle, Metadata metadata, Fields object) {

    /** Of the kinds of Kubernetes itself; others may have more fields than a pod. */
    private static final Set<String> OWN = Set.of(
            "Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job", "CronJob");

    private String kind() {
        return manifest.kind();
    }

    /** No pod for a kind that makes none. */
    List<KubernetesObject> decode() {
        boolean isOwn = OWN.contains(kind()) && manifest.pods().stream().allMatch(PodPlace::isFixed);
        return isOwn ? decodeOwn() : decodeOthers();
    }

    private List<KubernetesObject> decodeOthers() {
        boolean isIdle = manifest.content().textAt("spec", "replicas").equals("0");
        return isIdle && !withIdle
                ? List.of()
                : manifest.pods().stream()
                        .map(place -> (KubernetesObject) ofPlace(place))
                        .toList();
    }

    /** Of a workload with several pods each has a name and a place of its own. */
    private Pod ofPlace(PodPlace place) {
        boolean isOnly = manifest.pods().size() == 1;
        Yaml content = manifest.content();
        Position position = isOnly
                ? metadata.position()
                : content.at(place.at().toArray(String[]::new)).orElse(content).position();
        String name = isOnly ? metadata.name().name() : metadata.name().name() + "-" + suffix(place);
        var podMetadata = new Metadata(
                new ObjectName(metadata.name().namespace(), name),
                texts(place.labels()),
                texts(place.annotations()),
                metadata.resourceVersion(),
                position);
        PodSpec spec = place.isTemplate() ? specAt(object.object(place.spec())) : PodSpec.EMPTY;
        String account = place.accounts().stream()
                .map(path -> content.textAt(path.toArray(String[]::new)))
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("");
        return new Pod(podMetadata, spec.withServiceAccountName(account), List.of(self()), "Running");
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
            Yaml found = manifest.content().at(path.toArray(String[]::new)).orElse(manifest.content());
            List<Yaml.Entry> entries =
                    found != manifest.content() && found instanceof Yaml.Mapping map ? map.entries() : List.of();
            entries.forEach(
                    entry -> texts.putIfAbsent(entry.key(), entry.value().textAt()));
        }
        return texts;
    }

    private List<KubernetesObject> decodeOwn() {
        String kind = kind();
        Fields spec = object.object("spec");
        List<KubernetesObject> decoded = decode(spec);
        if (!decoded.isEmpty()) {
            object.reportUnknownOf(kind);
            if (!kind.equals("Pod")) {
                spec.reportUnknownOf(kind + "Spec");
            }
        }
        return decoded;
    }

    private List<KubernetesObject> decode(Fields spec) {
        return switch (kind()) {
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
        return new Owner(kind(), metadata.name().name());
    }

    /** As in a cluster it has the Deployment's name and a hash of the template behind it. */
    private String replicaSetName() {
        return metadata.name().name() + "-" + metadata.resourceVersion();
    }

    private Pod pod() {
        List<Owner> owners = new ArrayList<>(object.object("metadata")
                .objects("ownerReferences", owner -> new Owner(owner.string("kind"), owner.string("name"))));
        String hash = "-" + metadata.labels().getOrDefault("pod-template-hash", "");
        // A Deployment names its ReplicaSets so: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
        owners.stream()
                .map(Owner::name)
                .filter(name -> hash.length() > 1 && name.endsWith(hash))
                .findFirst()
                .map(name -> new Owner("Deployment", name.substring(0, name.length() - hash.length())))
                .ifPresent(owners::add);
        String phase = object.object("status").string("phase");
        return new Pod(metadata, podSpec(object.object("spec")), owners, phase.isEmpty() ? "Running" : phase);
    }

    private List<KubernetesObject> replicated(Fields spec, List<Owner> owners) {
        return spec.integer("replicas", 1) == 0 && !withIdle ? List.of() : List.of(fromTemplate(spec, owners));
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
                .filter(one -> !one.path().isEmpty())
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
