// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.kubectl.Part;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * By what the program of one container signs in, as the variables and mounts of its pod tell. That is the order of
 * DefaultAzureCredential and of this project's library: a secret or certificate of the environment, then the token of
 * the service account, then the metadata service.
 *
 * @param container its name
 * @param clientId empty unless the way is {@link Way#FEDERATED}
 * @param tenant empty unless the way is {@link Way#FEDERATED}
 * @param authority the address of Entra ID; empty if the variable is not set
 * @param audience of the token in the file that the program reads; empty for that of the API server itself
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
        /** A variable comes from a Secret or a field, or from what was not read. */
        UNKNOWN,
        /** No volume is mounted where the program is to read its token. */
        NO_TOKEN_FILE,
        /** What writes the token's file is no projected token of a service account. */
        UNKNOWN_TOKEN_FILE
    }

    private static final String CLIENT_ID = "AZURE_CLIENT_ID";
    private static final String TENANT_ID = "AZURE_TENANT_ID";
    private static final String TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE";
    private static final String AUTHORITY_HOST = "AZURE_AUTHORITY_HOST";
    private static final List<String> SECRETS = List.of("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH");
    private static final List<String> DECISIVE =
            List.of(CLIENT_ID, TENANT_ID, TOKEN_FILE, "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH");

    /** Where the webhook mounts its token. */
    private static final String OF_WEBHOOK = "/var/run/secrets/azure/tokens/azure-identity-token";

    /** They sign in for nobody. */
    private static final Set<String> PROXIES = Set.of("azwi-proxy", "azwi-proxy-init");

    /** Those of all containers of a pod that runs, the init containers among them. */
    static List<ContainerCredential> of(Part pod, VariableSources sources) {
        return VariableSources.containers(pod.at("spec"))
                .filter(container -> !PROXIES.contains(container.text("name")))
                .map(container -> of(pod.at("spec"), container, ContainerEnvironment.of(container, Map.of(), sources)))
                .map(ContainerCredential::ofRunning)
                .toList();
    }

    /** Of the next pod the tenant may not be known yet; a program that runs cannot do without. */
    private static ContainerCredential ofRunning(ContainerCredential credential) {
        return credential.way() == Way.FEDERATED && credential.tenant().isEmpty()
                ? new ContainerCredential(credential.container(), Way.METADATA, "", "", "", "")
                : credential;
    }

    /**
     * Those that the containers of a workload's next pod will have.
     *
     * @param added what the webhook adds to a container of that name, unless the container has it; empty if nothing
     */
    static List<ContainerCredential> ofNext(
            Part template, Function<String, Optional<ContainerCredential>> added, VariableSources sources) {
        return VariableSources.containers(template)
                .map(container -> of(
                        template,
                        container,
                        ContainerEnvironment.of(
                                container,
                                added.apply(container.text("name"))
                                        .map(ContainerCredential::variables)
                                        .orElse(Map.of()),
                                sources)))
                .toList();
    }

    /** What the webhook gives a container, of the account of a pod that it has not seen yet. */
    static ContainerCredential ofWebhook(String clientId, String tenant, String authority) {
        return new ContainerCredential("", Way.FEDERATED, clientId, tenant, authority, WebhookSettings.AUDIENCE);
    }

    /** The webhook sets no client ID where the account names none. */
    private Map<String, String> variables() {
        var variables = new HashMap<>(
                Map.of(CLIENT_ID, clientId, TENANT_ID, tenant, AUTHORITY_HOST, authority, TOKEN_FILE, OF_WEBHOOK));
        variables.remove(CLIENT_ID, "");
        return variables;
    }

    private static ContainerCredential of(Part podSpec, Part container, ContainerEnvironment environment) {
        String name = container.text("name");
        Way way = way(podSpec, container, environment);
        return way != Way.FEDERATED
                ? new ContainerCredential(name, way, "", "", "", "")
                : new ContainerCredential(
                        name,
                        way,
                        environment.text(CLIENT_ID),
                        environment.text(TENANT_ID),
                        environment.text(AUTHORITY_HOST),
                        audience(podSpec, container, environment.text(TOKEN_FILE))
                                .orElse(WebhookSettings.AUDIENCE));
    }

    private static Way way(Part podSpec, Part container, ContainerEnvironment environment) {
        boolean isNamed = environment.has(CLIENT_ID) && environment.has(TENANT_ID);
        if (isNamed && SECRETS.stream().anyMatch(environment::has)) {
            return Way.SECRET;
        }
        if (environment.hides(DECISIVE)) {
            return Way.UNKNOWN;
        }
        String file = environment.text(TOKEN_FILE);
        if (environment.text(CLIENT_ID).isEmpty() || !environment.has(TENANT_ID) || file.isEmpty()) {
            return Way.METADATA;
        }
        if (file.equals(OF_WEBHOOK) || audience(podSpec, container, file).isPresent()) {
            return Way.FEDERATED;
        }
        return mount(container, file).isEmpty() ? Way.NO_TOKEN_FILE : Way.UNKNOWN_TOKEN_FILE;
    }

    /** The volume that is mounted where the file is. */
    private static Optional<Part> mount(Part container, String file) {
        return container.at("volumeMounts").items().stream()
                .filter(mount -> file.startsWith(folder(mount)))
                .max(Comparator.comparingInt(mount -> folder(mount).length()));
    }

    private static String folder(Part mount) {
        return mount.text("mountPath").replaceFirst("/$", "") + "/";
    }

    /** Of the token that the kubelet writes into that file; empty if the kubelet writes none there. */
    private static Optional<String> audience(Part podSpec, Part container, String file) {
        return mount(container, file)
                .flatMap(mount -> audience(
                        podSpec,
                        mount.text("name"),
                        file.substring(folder(mount).length())));
    }

    private static Optional<String> audience(Part podSpec, String volume, String path) {
        return podSpec.at("volumes").items().stream()
                .filter(one -> one.text("name").equals(volume))
                .flatMap(one -> one.at("projected", "sources").items().stream())
                .map(source -> source.at("serviceAccountToken"))
                .filter(token -> token.text("path").equals(path))
                .map(token -> token.text("audience"))
                .findFirst();
    }
}
