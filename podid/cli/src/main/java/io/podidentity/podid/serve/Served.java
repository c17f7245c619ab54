// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.serve;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.directory.AgentIdentity;
import io.podidentity.emulator.json.Json;
import io.podidentity.emulator.run.EmulatedPod;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Describes what is served and where, for people and for programs. Never holds a secret, only the file that does.
 *
 * @param pods those to describe; none if no manifests are served
 */
record Served(PodIdentityEmulator azure, Path secretFile, URI page, List<EmulatedPod> pods, Shell shell) {

    Served {
        pods = List.copyOf(pods);
    }

    /** One line for programs. */
    String json() {
        var served = new LinkedHashMap<String, Object>();
        served.put("pods", podsOrNode().stream().map(Served::describePod).toList());
        served.put("entra", azure.entra().toString());
        served.put("storage", azure.storage().toString());
        served.put("ca", azure.certificateAuthority().toString());
        served.put("trustStore", azure.trustStore().toString());
        served.put("tenantId", azure.tenantId());
        var application = new LinkedHashMap<String, Object>();
        application.put("clientId", clientId());
        application.put("secretFile", secretFile.toString());
        served.put("application", application);
        served.put("identity", Map.of("clientId", azure.identities().get(0).clientId()));
        served.put("user", azure.userPrincipalName());
        List<AgentIdentity> agents = azure.agentIdentities();
        if (!agents.isEmpty()) {
            served.put("agents", agents.stream().map(Served::describeAgent).toList());
        }
        served.put("page", page.toString());
        return Json.write(served);
    }

    /** Of the servers, and whose tenant it is, by short names. */
    Map<String, String> addresses() {
        var addresses = new TreeMap<String, String>();
        addresses.put("imds", azure.imds().toString());
        addresses.put("entra", azure.entra().toString());
        addresses.put("storage", azure.storage().toString());
        addresses.put("tenantId", azure.tenantId());
        return addresses;
    }

    /** Programs look for a pod, so that a node without pods is described as one. */
    private List<EmulatedPod> podsOrNode() {
        if (!pods.isEmpty()) {
            return pods;
        }
        return List.of(new EmulatedPod("default", "node", azure.imds(), azure.environment(), Optional.empty()));
    }

    private static Map<String, Object> describePod(EmulatedPod pod) {
        var object = new LinkedHashMap<String, Object>();
        object.put("namespace", pod.namespace());
        object.put("name", pod.name());
        object.put("imds", pod.imds().toString());
        object.put("env", pod.environment());
        pod.refusal().ifPresent(reason -> object.put("refusal", reason));
        return object;
    }

    private static Map<String, Object> describeAgent(AgentIdentity agent) {
        var object = new LinkedHashMap<String, Object>();
        object.put("clientId", agent.clientId());
        object.put("blueprint", agent.blueprintId());
        agent.account().ifPresent(account -> object.put("user", account.userPrincipalName()));
        return object;
    }

    /** A text to read, and lines to copy into a shell; a blank line is between its parts. */
    String introduction() {
        return String.join(
                "\n",
                introduceServers(),
                introducePrograms(),
                "    " + shell.tokenRequest() + "\n",
                introduceAzureCli(),
                introduceLibraries(),
                "A line per request follows. End with Ctrl-C.\n");
    }

    private String introduceServers() {
        return """
                An emulated Azure on %s. Its tokens are worth nothing anywhere else.

                  Page              %s
                  Metadata service  %s
                  Entra ID          %s
                  Blob storage      %s
                  CA certificate    %s
                  Trust store       %s (password changeit)
                  Tenant            %s
                  Application       %s, its secret is in %s
                  User              %s
                """.formatted(
                                azure.imds().getHost(),
                                page,
                                azure.imds(),
                                azure.entra(),
                                azure.storage(),
                                azure.certificateAuthority(),
                                azure.trustStore(),
                                azure.tenantId(),
                                clientId(),
                                secretFile,
                                azure.userPrincipalName())
                + azure.agentIdentities().stream().map(Served::introduceAgent).collect(Collectors.joining());
    }

    private static String introduceAgent(AgentIdentity agent) {
        String account = agent.account()
                .map(own -> ", with the user account " + own.userPrincipalName())
                .orElse("");
        return "  Agent             " + agent.clientId() + " of blueprint " + agent.blueprintId() + account + "\n";
    }

    private String introducePrograms() {
        if (pods.isEmpty()) {
            return "For a program on this node:\n" + assignments(azure.environment());
        }
        return pods.stream().map(this::introducePod).collect(Collectors.joining("\n"));
    }

    private String introducePod(EmulatedPod pod) {
        String name = pod.namespace() + "/" + pod.name();
        return pod.refusal()
                .map(reason -> "Pod " + name + " is not created: " + reason + "\n")
                .orElseGet(() -> "For a program in pod " + name + ":\n" + assignments(pod.environment()));
    }

    private String assignments(Map<String, String> environment) {
        return new TreeMap<>(environment)
                .entrySet().stream()
                        .map(variable -> "    " + shell.assignment(variable.getKey(), variable.getValue()) + "\n")
                        .collect(Collectors.joining());
    }

    /** The secret is read from its file, so that it is not in the history of the shell. */
    private String introduceAzureCli() {
        String entra = azure.entra().toString();
        return Stream.of(
                        shell.useEmptyConfigFolder(),
                        shell.assignment(
                                "REQUESTS_CA_BUNDLE",
                                azure.certificateAuthority().toString()),
                        shell.assignment("AZURE_CORE_INSTANCE_DISCOVERY", "false"),
                        shell.assignment("AZURE_CORE_COLLECT_TELEMETRY", "0"),
                        shell.assignment("PYTHONWARNINGS", "ignore"),
                        shell.command(
                                "az cloud register -n podid --endpoint-active-directory " + entra,
                                "--endpoint-resource-manager " + entra + " --endpoint-active-directory-resource-id "
                                        + entra + "/",
                                "--endpoint-management " + entra + " --endpoint-active-directory-graph-resource-id "
                                        + entra + "/",
                                "--suffix-storage-endpoint localhost"),
                        "az cloud set -n podid",
                        "az login --service-principal -u " + clientId() + " -p "
                                + shell.firstLineOf(secretFile.toString()) + " -t " + azure.tenantId(),
                        "az login --use-device-code    # or as " + azure.userPrincipalName(),
                        "az account get-access-token --resource https://storage.azure.com/")
                .map(line -> "    " + line + "\n")
                .collect(Collectors.joining("", "For the Azure CLI, separate from your own sign-in:\n", ""));
    }

    private String introduceLibraries() {
        return """
                Clients of Entra ID ask login.microsoftonline.com whether an authority is genuine, unless that is off:
                    Python, azure-identity: disable_instance_discovery=True; msal: instance_discovery=False
                    JavaScript, @azure/identity: disableInstanceDiscovery: true; msal-node: knownAuthorities: ["%s"]
                    Go, azidentity: DisableInstanceDiscovery: true; MSAL: confidential.WithInstanceDiscovery(false)
                    Java, azure-identity: disableInstanceDiscovery(); msal4j: instanceDiscovery(false)
                    .NET, Azure.Identity: DisableInstanceDiscovery = true; MSAL: WithInstanceDiscovery(false)
                and trust the CA by SSL_CERT_FILE (Go, .NET), NODE_EXTRA_CA_CERTS, REQUESTS_CA_BUNDLE (Python); Java by
                    %s
                """.formatted(azure.entra().getAuthority(), shell.assignment("JAVA_TOOL_OPTIONS", trustOfJava()));
    }

    /** Options that every JVM reads, this project's own programs too. */
    private String trustOfJava() {
        return "-Djavax.net.ssl.trustStore=" + azure.trustStore() + " -Djavax.net.ssl.trustStorePassword=changeit";
    }

    /** The same for the log of a pod that serves its cluster, where nobody copies lines into a shell. */
    String introductionInCluster() {
        return """
                An emulated Azure for the pods of this cluster. Its tokens are worth nothing anywhere else.

                  Page          %1$s, by kubectl port-forward alone
                  Entra ID      %2$s, in pods that the webhook has changed
                  Blob storage  %3$s
                  Tenant        %4$s, and those that service accounts name

                A line per request follows.
                """.formatted(page, azure.entra(), azure.storage(), azure.tenantId());
    }

    private String clientId() {
        return azure.applications().get(0).clientId();
    }
}
