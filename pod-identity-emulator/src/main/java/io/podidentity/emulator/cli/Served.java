package io.podidentity.emulator.cli;

import com.nimbusds.jose.util.JSONObjectUtils;
import io.podidentity.emulator.PodIdentityEmulator;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tells where what is served, for people and for programs. Never holds a secret, only the file that does. */
final class Served {

    private final PodIdentityEmulator azure;
    private final Path secretFile;

    Served(PodIdentityEmulator azure, Path secretFile) {
        this.azure = azure;
        this.secretFile = secretFile;
    }

    /** One line. */
    String json() {
        var pod = new LinkedHashMap<String, Object>();
        pod.put("namespace", "default");
        pod.put("name", "node");
        pod.put("imds", azure.imds().toString());
        pod.put("env", azure.environment());
        var served = new LinkedHashMap<String, Object>();
        served.put("pods", List.of(pod));
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

    /** A text to read, and lines to copy into a shell. */
    String introduction() {
        String exports = azure.environment().entrySet().stream()
                .map(variable -> "export " + variable.getKey() + "=" + variable.getValue())
                .collect(Collectors.joining("\n    "));
        return """
                A made-up Azure on 127.0.0.1. Its tokens are worth nothing anywhere else.

                  Metadata service  %1$s
                  Entra ID          %2$s
                  Blob storage      %3$s
                  CA certificate    %4$s
                  Trust store       %5$s (password changeit)
                  Tenant            %6$s
                  Application       %7$s, its secret is in %8$s
                  User              %9$s

                As a program on this node sees it:
                    %10$s
                    curl -H Metadata:true '%1$s/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://storage.azure.com/'

                As the Azure CLI sees it, apart from your own sign-in:
                    export AZURE_CONFIG_DIR="$(mktemp -d)" REQUESTS_CA_BUNDLE=%4$s
                    export AZURE_CORE_INSTANCE_DISCOVERY=false AZURE_CORE_COLLECT_TELEMETRY=0 PYTHONWARNINGS=ignore
                    az cloud register -n podid --endpoint-active-directory %2$s \\
                        --endpoint-resource-manager %2$s --endpoint-active-directory-resource-id %2$s/ \\
                        --endpoint-management %2$s --endpoint-active-directory-graph-resource-id %2$s/ \\
                        --suffix-storage-endpoint localhost
                    az cloud set -n podid
                    az login --service-principal -u %7$s -p "$(cat %8$s)" -t %6$s
                    az login --use-device-code    # or so, as %9$s
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
                        exports);
    }

    private String clientId() {
        return azure.applications().get(0).clientId();
    }
}
