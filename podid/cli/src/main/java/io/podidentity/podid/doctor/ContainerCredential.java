package io.podidentity.podid.doctor;

import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.kubectl.Part;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * By what the program of one container signs in, as the variables and mounts of its pod tell. That is the order of
 * DefaultAzureCredential and of this project's library: a secret or certificate of the environment, then the token of
 * the service account, then the metadata service.
 *
 * @param container its name
 * @param clientId empty unless the way is {@link Way#FEDERATED}
 * @param tenant empty unless the way is {@link Way#FEDERATED}
 * @param authority the address of Entra ID; empty if the variable is not set
 * @param audience of the token in the file that the program reads
 */
record ContainerCredential(
        String container, Way way, String clientId, String tenant, String authority, String audience) {

    enum Way {
        /** The token of the service account, exchanged. */
        FEDERATED,
        /** A client secret or a certificate of the environment. */
        SECRET,
        /** The metadata service of the node: the variables of workload identity are not all there. */
        METADATA,
        /** A variable comes from a Secret, a ConfigMap or a field, which is not read. */
        UNKNOWN
    }

    private static final String CLIENT_ID = "AZURE_CLIENT_ID";
    private static final String TENANT_ID = "AZURE_TENANT_ID";
    private static final String TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";
    private static final List<String> SECRETS = List.of("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH");

    /** Those of all containers of a pod that runs. */
    static List<ContainerCredential> of(Part pod) {
        return pod.at("spec", "containers").items().stream()
                .map(container -> of(pod, container))
                .toList();
    }

    private static ContainerCredential of(Part pod, Part container) {
        String name = container.text("name");
        String authority = text(container, "AZURE_AUTHORITY_HOST");
        if (SECRETS.stream().anyMatch(secret -> variable(container, secret).isPresent())
                && variable(container, CLIENT_ID).isPresent()
                && variable(container, TENANT_ID).isPresent()) {
            return new ContainerCredential(name, Way.SECRET, "", "", authority, "");
        }
        Stream<String> needed = Stream.of(CLIENT_ID, TENANT_ID, TOKEN_FILE);
        if (needed.anyMatch(one -> variable(container, one)
                .filter(variable -> !variable.at("valueFrom").map().isEmpty())
                .isPresent())) {
            return new ContainerCredential(name, Way.UNKNOWN, "", "", authority, "");
        }
        String clientId = text(container, CLIENT_ID);
        String tenant = text(container, TENANT_ID);
        String file = text(container, TOKEN_FILE);
        return clientId.isEmpty() || tenant.isEmpty() || file.isEmpty()
                ? new ContainerCredential(name, Way.METADATA, clientId, tenant, authority, "")
                : new ContainerCredential(
                        name, Way.FEDERATED, clientId, tenant, authority, audience(pod, container, file));
    }

    private static Optional<Part> variable(Part container, String name) {
        return container.at("env").items().stream()
                .filter(one -> one.text("name").equals(name))
                .findFirst();
    }

    private static String text(Part container, String name) {
        return variable(container, name).map(one -> one.text("value")).orElse("");
    }

    /** Of the token that the kubelet writes into that file; that of the webhook's if no volume tells. */
    private static String audience(Part pod, Part container, String file) {
        return container.at("volumeMounts").items().stream()
                .filter(mount -> file.startsWith(mount.text("mountPath").replaceFirst("/$", "") + "/"))
                .max(Comparator.comparingInt(
                        (Part mount) -> mount.text("mountPath").length()))
                .flatMap(mount -> audience(
                        pod,
                        mount.text("name"),
                        file.substring(
                                mount.text("mountPath").replaceFirst("/$", "").length() + 1)))
                .orElse(WebhookSettings.AUDIENCE);
    }

    private static Optional<String> audience(Part pod, String volume, String path) {
        return pod.at("spec", "volumes").items().stream()
                .filter(one -> one.text("name").equals(volume))
                .flatMap(one -> one.at("projected", "sources").items().stream())
                .map(source -> source.at("serviceAccountToken"))
                .filter(token -> token.text("path").equals(path))
                .map(token -> token.text("audience"))
                .findFirst();
    }
}
