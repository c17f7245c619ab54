package io.podidentity.emulator.workload;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a cluster configures its webhook.
 *
 * @param tenantId the cluster's tenant; empty if the webhook does not know it
 * @param authorityHost what becomes AZURE_AUTHORITY_HOST, with a trailing slash
 * @param nativeSidecar whether the API server is of version 1.32 or later
 * @param bindings where identity bindings lead; empty where the cluster has none
 */
public record WebhookSettings(
        WebhookVersion version,
        String tenantId,
        String authorityHost,
        boolean nativeSidecar,
        Optional<IdentityBindings> bindings) {

    public static final String AUDIENCE = "api://AzureADTokenExchange";

    /**
     * The cluster's token proxy, which stands in for Entra.
     *
     * @param url https, without user information, query and fragment
     * @param sniName the name that the client must ask for in TLS
     * @param ca a file of this machine with the PEM text of the proxy's CA
     */
    public record IdentityBindings(String url, String sniName, Path ca) {

        public static final String AUDIENCE = "api://AKSIdentityBinding";

        /** The ConfigMap of the webhook's namespace with the proxy's CA. */
        static final String CONFIG_MAP = "azure-wi-webhook-ca";

        /** The CA's file below the mount. */
        public static final String CA_FILE = "ca-cert/ca.crt";

        static String caFile(String mountPath) {
            return mountPath + "/" + CA_FILE;
        }

        Map<String, String> environment(String mountPath) {
            var variables = new LinkedHashMap<String, String>();
            variables.put("AZURE_KUBERNETES_TOKEN_PROXY", url);
            variables.put("AZURE_KUBERNETES_SNI_NAME", sniName);
            variables.put("AZURE_KUBERNETES_CA_FILE", caFile(mountPath));
            return variables;
        }
    }
}
