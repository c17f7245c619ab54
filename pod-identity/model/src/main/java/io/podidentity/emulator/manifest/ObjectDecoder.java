// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.ClusterRole;
import io.podidentity.emulator.cluster.ClusterRoleBinding;
import io.podidentity.emulator.cluster.ClusterRoleBinding.Subject;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.Namespace;
import io.podidentity.emulator.cluster.NetworkPolicy;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Secret;
import io.podidentity.emulator.cluster.SecretReference;
import io.podidentity.emulator.cluster.ServiceAccount;
import io.podidentity.emulator.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.zip.CRC32;

/** Decodes one manifest. Not thread-safe. */
record ObjectDecoder(Manifest manifest, Fields fields, Decoding decoding, boolean withIdle) {

    /** @param withIdle whether a workload that is scaled to zero has a pod, too: the next one */
    ObjectDecoder(Manifest manifest, Decoding decoding, boolean withIdle) {
        this(manifest, Fields.of(manifest.content(), decoding), decoding, withIdle);
    }

    /** How an object of each kind is decoded; workloads, which make pods, are not among them. */
    private static final Map<String, Function<ObjectDecoder, KubernetesObject>> KINDS = Map.of(
            "Namespace", ObjectDecoder::decodeNamespace,
            "ServiceAccount", ObjectDecoder::decodeServiceAccount,
            "Secret", ObjectDecoder::decodeSecret,
            "NetworkPolicy", ObjectDecoder::decodeNetworkPolicy,
            "ClusterRole", ObjectDecoder::decodeClusterRole,
            "ClusterRoleBinding", ObjectDecoder::decodeClusterRoleBinding);

    /** The same for the kinds of aad-pod-identity. */
    private static final Map<String, BiFunction<ObjectDecoder, Metadata, KubernetesObject>> KINDS_OF_POD_IDENTITY =
            Map.of(
                    "AzureIdentity", ObjectDecoder::decodeIdentity,
                    "AzureIdentityBinding", ObjectDecoder::decodeBinding,
                    "AzureAssignedIdentity", ObjectDecoder::decodeAssigned,
                    "AzurePodIdentityException", ObjectDecoder::decodeException);

    /** The objects of the cluster that the manifest makes; none if the emulator does not know the kind. */
    List<KubernetesObject> decode() {
        if (manifest.group().equals(Manifest.POD_IDENTITY)) {
            // Without the custom resource definitions there is no such kind.
            return decoding.profile().hasNmi() ? decodeOfPodIdentity() : List.of();
        }
        Function<ObjectDecoder, KubernetesObject> decoder = KINDS.get(manifest.kind());
        if (decoder != null) {
            return List.of(decoder.apply(this));
        }
        return new WorkloadDecoder(manifest, withIdle, metadata(), fields).decode();
    }

    private List<KubernetesObject> decodeOfPodIdentity() {
        Metadata metadata = metadata();
        return Optional.ofNullable(KINDS_OF_POD_IDENTITY.get(manifest.kind()))
                .map(decoder -> decoder.apply(this, metadata))
                .stream()
                .toList();
    }

    private Namespace decodeNamespace() {
        return new Namespace(clusterWide(metadata()));
    }

    private ServiceAccount decodeServiceAccount() {
        fields.reportUnknownOf("ServiceAccount");
        return new ServiceAccount(metadata());
    }

    private Secret decodeSecret() {
        return new Secret(metadata(), secretData());
    }

    private ClusterRole decodeClusterRole() {
        return new ClusterRole(clusterWide(metadata()), rules());
    }

    private List<ClusterRole.Rule> rules() {
        return fields.objects(
                "rules",
                rule -> new ClusterRole.Rule(
                        rule.strings("verbs"), rule.strings("apiGroups"), rule.strings("resources")));
    }

    private ClusterRoleBinding decodeClusterRoleBinding() {
        List<Subject> subjects = fields.objects(
                "subjects",
                subject -> new Subject(subject.string("kind"), subject.string("namespace"), subject.string("name")));
        return new ClusterRoleBinding(
                clusterWide(metadata()), fields.object("roleRef").string("name"), subjects);
    }

    private AzureIdentity decodeIdentity(Metadata metadata) {
        return identity(metadata, spec(fields));
    }

    private AzureIdentityBinding decodeBinding(Metadata metadata) {
        return binding(metadata, spec(fields));
    }

    /**
     * Before 1.6.0 Go's decoder takes the fields of custom resources in any letter case; from 1.6.0 on it takes them
     * exactly and ignores the others.
     */
    private Fields spec(Fields parent) {
        return decoding.profile().fieldsIgnoreCase() ? parent.objectIgnoringCase("spec") : parent.object("spec");
    }

    private static AzureIdentity identity(Metadata metadata, Fields spec) {
        Fields password = spec.object("clientPassword");
        var identity = new AzureIdentity(
                metadata,
                Math.toIntExact(Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, spec.integer("type", 0)))),
                spec.string("resourceID"),
                spec.string("clientID"),
                new SecretReference(password.string("name"), password.string("namespace")),
                spec.string("tenantID"),
                spec.strings("auxiliaryTenantIDs"),
                spec.string("adEndpoint"));
        password.reportUnknownBut();
        spec.reportUnknownBut("adResourceID", "replicas", "metadata");
        return identity;
    }

    private static AzureIdentityBinding binding(Metadata metadata, Fields spec) {
        var binding = new AzureIdentityBinding(metadata, spec.string("azureIdentity"), spec.string("selector"));
        spec.integer("weight", 0);
        spec.reportUnknownBut("metadata");
        return binding;
    }

    private AzureAssignedIdentity decodeAssigned(Metadata metadata) {
        Fields spec = spec(fields);
        Fields identity = spec.object("azureIdentityRef");
        Fields binding = spec.object("azureBindingRef");
        var assigned = new AzureAssignedIdentity(
                metadata,
                identity(embedded(identity), spec(identity)),
                binding(embedded(binding), spec(binding)),
                new ObjectName(spec.string("podNamespace"), spec.string("pod")),
                spec.string("nodename"),
                state(fields.object("status").string("status")));
        spec.reportUnknownBut("replicas", "metadata");
        return assigned;
    }

    private static Metadata embedded(Fields copy) {
        Fields metadata = copy.object("metadata");
        return new Metadata(
                new ObjectName(metadata.string("namespace"), metadata.string("name")),
                metadata.stringMap("labels"),
                metadata.stringMap("annotations"),
                metadata.string("resourceVersion"),
                copy.position());
    }

    private static State state(String text) {
        return Arrays.stream(State.values())
                .filter(state -> state.text().equals(text))
                .findFirst()
                .orElse(State.NONE);
    }

    private AzurePodIdentityException decodeException(Metadata metadata) {
        Fields spec = spec(fields);
        var exception = new AzurePodIdentityException(metadata, spec.stringMap("podLabels"));
        spec.reportUnknownBut("metadata");
        return exception;
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
        sum.update(Json.write(manifest.content().plain()).getBytes(StandardCharsets.UTF_8));
        return Long.toString(sum.getValue());
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
        for (var entry : fields.stringMap("data").entrySet()) {
            decodeBase64(entry.getKey(), entry.getValue()).ifPresent(value -> data.put(entry.getKey(), value));
        }
        fields.stringMap("stringData").forEach((key, text) -> data.put(key, text.getBytes(StandardCharsets.UTF_8)));
        return data;
    }

    private Optional<byte[]> decodeBase64(String key, String encoded) {
        try {
            return Optional.of(Base64.getMimeDecoder().decode(encoded));
        } catch (IllegalArgumentException e) {
            decoding.reportInvalid(manifest.content(), "data." + key, "must be Base64");
            return Optional.empty();
        }
    }

    private NetworkPolicy decodeNetworkPolicy() {
        Fields spec = fields.object("spec");
        Fields podSelector = spec.object("podSelector");
        List<String> types = spec.strings("policyTypes");
        return new NetworkPolicy(
                metadata(),
                podSelector.stringMap("matchLabels"),
                podSelector.objects("matchExpressions", ObjectDecoder::expression),
                types.contains("Egress") || (types.isEmpty() && spec.has("egress")),
                spec.objects("egress", ObjectDecoder::egress));
    }

    private static NetworkPolicy.Expression expression(Fields expression) {
        return new NetworkPolicy.Expression(
                expression.string("key"), expression.string("operator"), expression.strings("values"));
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
