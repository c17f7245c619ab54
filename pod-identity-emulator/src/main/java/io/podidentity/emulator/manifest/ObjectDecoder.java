package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Namespace;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.ServiceAccount;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/** Decodes one manifest. Not thread-safe. */
final class ObjectDecoder {

    static final String POD_IDENTITY_GROUP = "aadpodidentity.k8s.io";

    private final Manifest manifest;
    private final Decoding decoding;
    private final Fields fields;

    ObjectDecoder(Manifest manifest, Decoding decoding) {
        this.manifest = manifest;
        this.decoding = decoding;
        this.fields = Fields.of(manifest.content(), decoding);
    }

    /** The objects of the cluster that it makes; none if the emulator does not know the kind. */
    List<KubernetesObject> decode() {
        if (manifest.group().equals(POD_IDENTITY_GROUP)) {
            // Without the custom resource definitions there is no such kind.
            return decoding.profile().hasNmi()
                    ? new PodIdentityDecoder(manifest.kind(), metadata(), fields, decoding).decode()
                    : List.of();
        }
        return switch (manifest.kind()) {
            case "Namespace" -> List.of(new Namespace(clusterWide(metadata())));
            case "ServiceAccount" -> {
                fields.reportUnknownOf("ServiceAccount");
                yield List.of(new ServiceAccount(metadata()));
            }
            case "Secret" -> List.of(new Secret(metadata(), secretData()));
            case "NetworkPolicy" -> List.of(networkPolicy());
            default -> new WorkloadDecoder(manifest.kind(), metadata(), fields).decode();
        };
    }

    private Metadata metadata() {
        Fields metadata = fields.object("metadata");
        String version = metadata.string("resourceVersion");
        metadata.string("name");
        metadata.string("namespace");
        var read = new Metadata(
                manifest.name(),
                metadata.labels(),
                metadata.stringMap("annotations"),
                version.isEmpty() ? contentVersion() : version,
                manifest.content().position());
        metadata.reportUnknownOf("ObjectMeta");
        return read;
    }

    /** Changes with the content and not with where it is written. */
    private String contentVersion() {
        var sum = new CRC32();
        add(manifest.content(), sum);
        return Long.toString(sum.getValue());
    }

    private static void add(Yaml value, CRC32 sum) {
        add(value.type(), sum);
        if (value instanceof Yaml.Scalar scalar) {
            add(scalar.text(), sum);
        } else if (value instanceof Yaml.Sequence sequence) {
            sequence.elements().forEach(element -> add(element, sum));
            add("]", sum);
        } else if (value instanceof Yaml.Mapping mapping) {
            mapping.entries().forEach(entry -> {
                add(entry.key(), sum);
                add(entry.value(), sum);
            });
            add("}", sum);
        }
    }

    private static void add(String text, CRC32 sum) {
        sum.update((text + "\0").getBytes(StandardCharsets.UTF_8));
    }

    private static Metadata clusterWide(Metadata metadata) {
        return new Metadata(
                new ObjectName("", metadata.name().name()),
                metadata.labels(),
                metadata.annotations(),
                metadata.resourceVersion(),
                metadata.position());
    }

    private Map<String, byte[]> secretData() {
        var data = new LinkedHashMap<String, byte[]>();
        fields.stringMap("data").forEach((key, encoded) -> {
            try {
                data.put(key, Base64.getMimeDecoder().decode(encoded));
            } catch (IllegalArgumentException e) {
                decoding.invalid(manifest.content(), "data." + key, "must be Base64");
            }
        });
        fields.stringMap("stringData").forEach((key, text) -> data.put(key, text.getBytes(StandardCharsets.UTF_8)));
        return data;
    }

    private NetworkPolicy networkPolicy() {
        Fields spec = fields.object("spec");
        List<String> types = spec.strings("policyTypes");
        return new NetworkPolicy(
                metadata(),
                spec.object("podSelector").stringMap("matchLabels"),
                spec.object("podSelector")
                        .objects(
                                "matchExpressions",
                                one -> new NetworkPolicy.Expression(
                                        one.string("key"), one.string("operator"), one.strings("values"))),
                types.contains("Egress") || (types.isEmpty() && spec.has("egress")),
                spec.objects("egress", ObjectDecoder::egress));
    }

    private static NetworkPolicy.Egress egress(Fields rule) {
        List<Fields> blocks = rule.objects("to", peer -> peer.object("ipBlock"));
        return new NetworkPolicy.Egress(
                blocks.isEmpty(),
                blocks.stream()
                        .map(block -> block.string("cidr"))
                        .filter(cidr -> !cidr.isEmpty())
                        .toList(),
                blocks.stream()
                        .flatMap(block -> block.strings("except").stream())
                        .toList(),
                rule.objects("ports", ObjectDecoder::port));
    }

    private static NetworkPolicy.Port port(Fields port) {
        String protocol = port.string("protocol");
        return new NetworkPolicy.Port(
                protocol.isEmpty() ? "TCP" : protocol, port.text("port"), port.integer("endPort", 0));
    }
}
