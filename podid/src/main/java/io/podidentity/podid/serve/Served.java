package io.podidentity.podid.serve;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.run.EmulatedPod;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Describes what is served and where, for people and for programs. Never holds a secret, only the file that does. */
final class Served {

    private final PodIdentityEmulator azure;
    private final Path secretFile;
    private final List<EmulatedPod> pods;

    /** @param pods those to describe; none if no manifests are served */
    Served(PodIdentityEmulator azure, Path secretFile, List<EmulatedPod> pods) {
        this.azure = azure;
        this.secretFile = secretFile;
        this.pods = List.copyOf(pods);
    }

    /** One line. */
    String json() {
        var served = new LinkedHashMap<String, Object>();
        served.put(
                "pods",
                pods.isEmpty()
                        ? List.of(node())
                        : pods.stream().map(Served::pod).toList());
        served.put("entra", azure.entra().toString());
        served.put("storage", azure.storage().toString());
        served.put("ca", azure.certificateAuthority().toString());
        served.put("trustStore", azure.trustStore().toString());
        served.put("tenantId", azure.tenantId());
        served.put("application", Map.of("clientId", clientId(), "secretFile", secretFile.toString()));
        served.put("identity", Map.of("clientId", azure.identities().get(0).clientId()));
        served.put("user", azure.userPrincipalName());
        return JSONObjectUtils.toJSONString(served);
    }

    private Map<String, Object> node() {
        return pod(new EmulatedPod("default", "node", azure.imds(), azure.environment(), Optional.empty()));
    }

    private static Map<String, Object> pod(EmulatedPod pod) {
        var object = new LinkedHashMap<String, Object>();
        object.put("namespace", pod.namespace());
        object.put("name", pod.name());
        object.put("imds", pod.imds().toString());
        object.put("env", pod.environment());
        pod.refusal().ifPresent(reason -> object.put("refusal", reason));
        return object;
    }

    private String programs() {
        if (pods.isEmpty()) {
            return "For a program on this node:\n" + exports(azure.environment());
        }
        return pods.stream().map(Served::introduction).collect(Collectors.joining("\n"));
    }

    private static String introduction(EmulatedPod pod) {
        String name = pod.namespace() + "/" + pod.name();
        return pod.refusal()
                .map(reason -> "Pod " + name + " is not created: " + reason + "\n")
                .orElseGet(() -> "For a program in pod " + name + ":\n" + exports(pod.environment()));
    }

    private static String exports(Map<String, String> environment) {
        return new TreeMap<>(environment)
                .entrySet().stream()
                        .map(variable ->
                                "    export " + variable.getKey() + "=" + ShellWord.quoted(variable.getValue()) + "\n")
                        .collect(Collectors.joining());
    }

    /** A text to read, and lines to copy into a shell. */
    String introduction() {
        return """
                An emulated Azure on 127.0.0.1. Its tokens are worth nothing anywhere else.

                  Metadata service  %1$s
                  Entra ID          %2$s
                  Blob storage      %3$s
                  CA certificate    %4$s
                  Trust store       %5$s (password changeit)
                  Tenant            %6$s
                  Application       %7$s, its secret is in %8$s
                  User              %9$s

                %10$s
                    curl -H Metadata:true "$AZURE_POD_IDENTITY_AUTHORITY_HOST/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/"

                For the Azure CLI, separate from your own sign-in:
                    export AZURE_CONFIG_DIR="$(mktemp -d)" REQUESTS_CA_BUNDLE=%4$s
                    export AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 PYTHONWARNINGS=ignore
                    az cloud register -n podid --endpoint-active-directory %2$s \\
                        --endpoint-resource-manager %2$s --endpoint-active-directory-resource-id %2$s/ \\
                        --endpoint-management %2$s --endpoint-active-directory-graph-resource-id %2$s/ \\
                        --suffix-storage-endpoint localhost
                    az cloud set -n podid
                    az login --service-principal -u %7$s -p "$(cat %8$s)" -t %6$s
                    az login --use-device-code    # or as %9$s
                    az account get-access-token --resource https://storage.azure.com/

                A line per request follows. End with Ctrl-C.
                """.formatted(
                        azure.imds(),
                        azure.entra(),
                        azure.storage(),
                        azure.certificateAuthority(),
                        azure.trustStore(),
                        azure.tenantId(),
                        clientId(),
                        secretFile,
                        azure.userPrincipalName(),
                        programs());
    }

    private String clientId() {
        return azure.applications().get(0).clientId();
    }
}
