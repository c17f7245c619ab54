// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.doctor;

import io.podidentity.emulator.workload.WebhookSettings;
import io.podidentity.podid.kubectl.KubernetesJson;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * How the program of one container signs in, as the variables and mounts of its pod tell. The order is that of
 * DefaultAzureCredential and of this project's library: a secret or certificate of the environment, then the token of
 * the service account, then the metadata service.
 *
 * @param container its name
 * @param exchange what the program sends to Entra ID; empty unless the way is {@link Way#FEDERATED}
 */
record ContainerCredential(String container, Way way, Optional<TokenExchange> exchange) {

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
    private static final String TOKEN_FILE_OF_WEBHOOK = "/var/run/secrets/azure/tokens/azure-identity-token";

    /** The containers that the webhook injects sign in for nobody. */
    private static final Set<String> PROXIES = Set.of("azwi-proxy", "azwi-proxy-init");

    /** The credentials of all containers of a pod that runs, the init containers among them. */
    static List<ContainerCredential> ofRunningPod(KubernetesJson pod, VariableSources sources) {
        KubernetesJson podSpec = pod.at("spec");
        return VariableSources.listContainers(podSpec)
                .filter(container -> !PROXIES.contains(container.text("name")))
                .map(container -> ofRunningContainer(podSpec, container, sources))
                .toList();
    }

    /** The tenant of a next pod may not be known yet, but a program that runs cannot exchange a token without one. */
    private static ContainerCredential ofRunningContainer(
            KubernetesJson podSpec, KubernetesJson container, VariableSources sources) {
        ContainerEnvironment environment = ContainerEnvironment.readVariables(container, Map.of(), sources);
        ContainerCredential credential = ofContainer(podSpec, container, environment);
        if (credential
                .exchange()
                .filter(exchange -> exchange.tenant().isEmpty())
                .isPresent()) {
            return new ContainerCredential(credential.container(), Way.METADATA, Optional.empty());
        }
        return credential;
    }

    /**
     * The credentials that the containers of a workload's next pod will have.
     *
     * @param added what the webhook adds to a container of that name, unless the container has it; empty if nothing
     */
    static List<ContainerCredential> ofNextPod(
            KubernetesJson template, Function<String, Optional<TokenExchange>> added, VariableSources sources) {
        return VariableSources.listContainers(template)
                .map(container -> ofNextContainer(template, container, added, sources))
                .toList();
    }

    private static ContainerCredential ofNextContainer(
            KubernetesJson template,
            KubernetesJson container,
            Function<String, Optional<TokenExchange>> added,
            VariableSources sources) {
        Map<String, String> variables = added.apply(container.text("name"))
                .map(ContainerCredential::variablesOfWebhook)
                .orElse(Map.of());
        return ofContainer(template, container, ContainerEnvironment.readVariables(container, variables, sources));
    }

    /** The webhook sets no client ID where the account names none. */
    private static Map<String, String> variablesOfWebhook(TokenExchange exchange) {
        var variables = new HashMap<String, String>();
        if (!exchange.clientId().isEmpty()) {
            variables.put(CLIENT_ID, exchange.clientId());
        }
        variables.put(TENANT_ID, exchange.tenant());
        variables.put(AUTHORITY_HOST, exchange.authority());
        variables.put(TOKEN_FILE, TOKEN_FILE_OF_WEBHOOK);
        return variables;
    }

    private static ContainerCredential ofContainer(
            KubernetesJson podSpec, KubernetesJson container, ContainerEnvironment environment) {
        String name = container.text("name");
        Way way = findWay(podSpec, container, environment);
        if (way != Way.FEDERATED) {
            return new ContainerCredential(name, way, Optional.empty());
        }
        String audience =
                findAudience(podSpec, container, environment.text(TOKEN_FILE)).orElse(WebhookSettings.AUDIENCE);
        var exchange = new TokenExchange(
                environment.text(CLIENT_ID), environment.text(TENANT_ID), environment.text(AUTHORITY_HOST), audience);
        return new ContainerCredential(name, way, Optional.of(exchange));
    }

    private static Way findWay(KubernetesJson podSpec, KubernetesJson container, ContainerEnvironment environment) {
        boolean isNamed = environment.hasVariable(CLIENT_ID) && environment.hasVariable(TENANT_ID);
        // A secret comes first, whatever the variables are that were not read.
        if (isNamed && SECRETS.stream().anyMatch(environment::hasVariable)) {
            return Way.SECRET;
        }
        // From here on a value that was not read could change the way.
        if (environment.hidesOneOf(DECISIVE)) {
            return Way.UNKNOWN;
        }
        String file = environment.text(TOKEN_FILE);
        if (environment.text(CLIENT_ID).isEmpty() || !environment.hasVariable(TENANT_ID) || file.isEmpty()) {
            return Way.METADATA;
        }
        if (file.equals(TOKEN_FILE_OF_WEBHOOK)
                || findAudience(podSpec, container, file).isPresent()) {
            return Way.FEDERATED;
        }
        return findMount(container, file).isEmpty() ? Way.NO_TOKEN_FILE : Way.UNKNOWN_TOKEN_FILE;
    }

    /** The mount of the volume that has the file: of mounts inside each other, the innermost. */
    private static Optional<KubernetesJson> findMount(KubernetesJson container, String file) {
        return container.at("volumeMounts").items().stream()
                .filter(mount -> file.startsWith(folderOf(mount)))
                .max(Comparator.comparingInt(mount -> folderOf(mount).length()));
    }

    private static String folderOf(KubernetesJson mount) {
        return mount.text("mountPath").replaceFirst("/$", "") + "/";
    }

    /** The audience of the token that the kubelet writes into the file; empty if the kubelet writes none there. */
    private static Optional<String> findAudience(KubernetesJson podSpec, KubernetesJson container, String file) {
        Optional<KubernetesJson> mount = findMount(container, file);
        if (mount.isEmpty()) {
            return Optional.empty();
        }
        String pathInVolume = file.substring(folderOf(mount.get()).length());
        return findAudienceInVolume(podSpec, mount.get().text("name"), pathInVolume);
    }

    private static Optional<String> findAudienceInVolume(KubernetesJson podSpec, String name, String path) {
        return podSpec.at("volumes").items().stream()
                .filter(volume -> volume.text("name").equals(name))
                .flatMap(volume -> volume.at("projected", "sources").items().stream())
                .map(source -> source.at("serviceAccountToken"))
                .filter(token -> token.text("path").equals(path))
                .map(token -> token.text("audience"))
                .findFirst();
    }
}
