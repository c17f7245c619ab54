package io.podidentity.emulator.manifest;

import io.podidentity.emulator.cluster.AzureAssignedIdentity;
import io.podidentity.emulator.cluster.AzureAssignedIdentity.State;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.AzurePodIdentityException;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.Metadata;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.SecretReference;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes the four custom resources. Until 1.6.0 Go's decoder took their fields in any letter case; since then it takes
 * them exactly and ignores the others.
 */
record PodIdentityDecoder(String kind, Metadata metadata, Fields object, Decoding decoding) {

    List<KubernetesObject> decode() {
        return switch (kind) {
            case "AzureIdentity" -> List.of(identity(metadata, spec(object)));
            case "AzureIdentityBinding" -> List.of(binding(metadata, spec(object)));
            case "AzureAssignedIdentity" -> List.of(assigned(spec(object)));
            case "AzurePodIdentityException" -> List.of(exception(spec(object)));
            default -> List.of();
        };
    }

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

    private AzureAssignedIdentity assigned(Fields spec) {
        var assigned = new AzureAssignedIdentity(
                metadata,
                embeddedIdentity(spec.object("azureIdentityRef")),
                embeddedBinding(spec.object("azureBindingRef")),
                new ObjectName(spec.string("podNamespace"), spec.string("pod")),
                spec.string("nodename"),
                state(object.object("status").string("status")));
        spec.reportUnknownBut("replicas", "metadata");
        return assigned;
    }

    private AzureIdentity embeddedIdentity(Fields copy) {
        return identity(embedded(copy), spec(copy));
    }

    private AzureIdentityBinding embeddedBinding(Fields copy) {
        return binding(embedded(copy), spec(copy));
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

    private AzurePodIdentityException exception(Fields spec) {
        var exception = new AzurePodIdentityException(metadata, spec.stringMap("podLabels"));
        spec.reportUnknownBut("metadata");
        return exception;
    }
}
