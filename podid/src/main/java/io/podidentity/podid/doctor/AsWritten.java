package io.podidentity.podid.doctor;

import io.podidentity.podid.kubectl.Part;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

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
        Part written = object.copy();
        written.at("metadata").map().keySet().removeAll(OF_CLUSTER);
        written.at("metadata", "annotations").map().remove("kubectl.kubernetes.io/last-applied-configuration");
        if (!object.kind().equals("AzureAssignedIdentity")) {
            written.map().remove("status");
        }
        if (object.kind().equals("Pod")) {
            withoutWebhook(written.at("spec"));
            String phase = object.text("status", "phase");
            if (!phase.isEmpty()) {
                written.map().put("status", Map.of("phase", phase));
            }
        }
        return written;
    }

    private static void withoutWebhook(Part spec) {
        if (!spec.at("volumes").removeItems(AsWritten::isOfWebhook)) {
            return;
        }
        // As it was before it ran; on a node without the volume it would pass for one that the webhook has missed.
        spec.map().remove("nodeName");
        for (String list : List.of("containers", "initContainers")) {
            for (Part container : spec.at(list).items()) {
                container.at("env").removeItems(one -> VARIABLES.contains(one.text("name")));
                container.at("volumeMounts").removeItems(AsWritten::isOfWebhook);
            }
        }
    }

    /** @param volume or a mount of one */
    static boolean isOfWebhook(Part volume) {
        return VOLUME.matcher(volume.text("name")).matches();
    }
}
