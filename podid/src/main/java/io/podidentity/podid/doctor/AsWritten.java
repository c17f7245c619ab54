package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Objects as somebody wrote them, without what the cluster and the webhook have added. */
final class AsWritten {

    /** The webhook's volume, of its old and its new generation. */
    private static final Pattern VOLUME =
            Pattern.compile("azure-identity-token|azure-workload-identity-reserved-[0-9a-f]+");

    private static final Set<String> VARIABLES =
            Set.of("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST");

    private static final Set<String> OF_CLUSTER = Set.of(
            "managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "generateName");

    private AsWritten() {}

    static Part of(Part object) {
        Map<String, Part> written = object.fields();
        written.computeIfPresent("metadata", (key, metadata) -> metadata(metadata));
        if (!object.kind().equals("AzureAssignedIdentity")) {
            written.remove("status");
        }
        if (object.kind().equals("Pod")) {
            written.computeIfPresent("spec", (key, spec) -> podSpec(spec));
            String phase = object.text("status", "phase");
            if (!phase.isEmpty()) {
                written.put("status", new Part(Map.of("phase", phase)));
            }
        }
        return part(written);
    }

    private static Part metadata(Part metadata) {
        Map<String, Part> written = metadata.fields();
        written.keySet().removeAll(OF_CLUSTER);
        written.computeIfPresent("annotations", (key, annotations) -> {
            Map<String, Part> left = annotations.fields();
            left.remove("kubectl.kubernetes.io/last-applied-configuration");
            return part(left);
        });
        return part(written);
    }

    private static Part podSpec(Part spec) {
        if (spec.at("volumes").items().stream().noneMatch(AsWritten::isOfWebhook)) {
            return spec;
        }
        Map<String, Part> written = spec.fields();
        // As it was before it ran; on a node without the volume it would pass for one that the webhook has missed.
        written.remove("nodeName");
        written.computeIfPresent("volumes", (key, volumes) -> without(volumes, AsWritten::isOfWebhook));
        for (String list : List.of("containers", "initContainers")) {
            written.computeIfPresent(list, (key, containers) -> changed(containers, AsWritten::container));
        }
        return part(written);
    }

    private static Part container(Part container) {
        Map<String, Part> written = container.fields();
        written.computeIfPresent("env", (key, env) -> without(env, one -> VARIABLES.contains(one.text("name"))));
        written.computeIfPresent("volumeMounts", (key, mounts) -> without(mounts, AsWritten::isOfWebhook));
        return part(written);
    }

    static boolean isOfWebhook(Part volume) {
        return VOLUME.matcher(volume.text("name")).matches();
    }

    private static Part without(Part list, Predicate<Part> gone) {
        return new Part(
                list.items().stream().filter(gone.negate()).map(Part::value).toList());
    }

    private static Part changed(Part list, Function<Part, Part> change) {
        return new Part(list.items().stream().map(change).map(Part::value).toList());
    }

    private static Part part(Map<String, Part> fields) {
        var values = new LinkedHashMap<String, @Nullable Object>();
        fields.forEach((key, part) -> values.put(key, part.value()));
        return new Part(values);
    }
}
