package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.Part;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Objects as somebody wrote them, without what the cluster and the webhook have added. */
final class AsWritten {

    /** The webhook's volume, of its old and its new generation. */
    static final Pattern VOLUME = Pattern.compile("azure-identity-token|azure-workload-identity-reserved-[0-9a-f]+");

    static final Set<String> VARIABLES =
            Set.of("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST");

    private static final Set<String> OF_CLUSTER = Set.of(
            "managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "generateName");

    private AsWritten() {}

    static Part of(Part object) {
        if (!(object.value() instanceof Map<?, ?> map)) {
            return object;
        }
        var written = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((key, value) -> {
            String name = String.valueOf(key);
            if (name.equals("metadata")) {
                written.put(name, metadata(new Part(value)));
            } else if (name.equals("spec") && object.kind().equals("Pod")) {
                written.put(name, podSpec(new Part(value)));
            } else if (!name.equals("status") || object.kind().equals("AzureAssignedIdentity")) {
                written.put(name, value);
            }
        });
        if (object.kind().equals("Pod") && !object.text("status", "phase").isEmpty()) {
            written.put("status", Map.of("phase", object.text("status", "phase")));
        }
        return new Part(written);
    }

    private static Object metadata(Part metadata) {
        var written = new LinkedHashMap<String, @Nullable Object>();
        fields(metadata).forEach((key, value) -> {
            if (key.equals("annotations")) {
                var annotations = new LinkedHashMap<>(fields(new Part(value)));
                annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
                written.put(key, annotations);
            } else if (!OF_CLUSTER.contains(key)) {
                written.put(key, value);
            }
        });
        return written;
    }

    private static Object podSpec(Part spec) {
        boolean changed = spec.at("volumes").items().stream().anyMatch(AsWritten::isOfWebhook);
        var written = new LinkedHashMap<>(fields(spec));
        if (changed) {
            written.put("volumes", without(spec.at("volumes")).toList());
            for (String list : List.of("containers", "initContainers")) {
                if (!spec.at(list).items().isEmpty()) {
                    written.put(
                            list,
                            spec.at(list).items().stream()
                                    .map(AsWritten::container)
                                    .toList());
                }
            }
        }
        return written;
    }

    private static Object container(Part container) {
        var written = new LinkedHashMap<>(fields(container));
        written.put(
                "env",
                container.at("env").items().stream()
                        .filter(variable -> !VARIABLES.contains(variable.text("name")))
                        .map(Part::value)
                        .toList());
        written.put("volumeMounts", without(container.at("volumeMounts")).toList());
        return written;
    }

    private static Stream<@Nullable Object> without(Part volumes) {
        return volumes.items().stream().filter(volume -> !isOfWebhook(volume)).map(Part::value);
    }

    static boolean isOfWebhook(Part volume) {
        return VOLUME.matcher(volume.text("name")).matches();
    }

    private static Map<String, @Nullable Object> fields(Part part) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        if (part.value() instanceof Map<?, ?> map) {
            map.forEach((key, value) -> fields.put(String.valueOf(key), value));
        }
        return fields;
    }
}
