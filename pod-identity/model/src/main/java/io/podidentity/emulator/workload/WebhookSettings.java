// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.workload;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a cluster configures its webhook.
 *
 * @param tenantId the cluster's tenant; empty if the webhook does not know it
 * @param authorityHost what becomes AZURE_AUTHORITY_HOST, with a trailing slash
 * @param nativeSidecar whether the API server is of version 1.32 or later
 * @param bindings where identity bindings lead; empty where the cluster has none
 * @since 0.1.0
 */
public record WebhookSettings(
        WebhookVersion version,
        String tenantId,
        String authorityHost,
        boolean nativeSidecar,
        Optional<IdentityBindings> bindings) {

    public static final String AUDIENCE = "api://AzureADTokenExchange";

    private static final String PUBLIC = "https://login.microsoftonline.com/";
    private static final String US_GOVERNMENT = "https://login.microsoftonline.us/";
    private static final Map<String, String> AUTHORITY_HOSTS = Map.of(
            "", PUBLIC,
            "AZURECLOUD", PUBLIC,
            "AZUREPUBLICCLOUD", PUBLIC,
            "AZURECHINACLOUD", "https://login.chinacloudapi.cn/",
            "AZUREGERMANCLOUD", "https://login.microsoftonline.de/",
            "AZUREUSGOVERNMENT", US_GOVERNMENT,
            "AZUREUSGOVERNMENTCLOUD", US_GOVERNMENT);

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

        static final String CA_FILE = "ca-cert/ca.crt";
    }

    /** The token's file in a pod. */
    public String tokenFile() {
        return version.mountPath + "/" + version.file;
    }

    /** The file in a pod with the CA of the token proxy. */
    public String caFile() {
        return version.mountPath + "/" + IdentityBindings.CA_FILE;
    }

    /**
     * The authority host of a cloud, by its case-insensitive name; an empty name is the public cloud.
     *
     * @throws IllegalArgumentException if there is no such cloud
     */
    public static String authorityHostOf(String cloud) {
        String host = AUTHORITY_HOSTS.get(cloud.toUpperCase(Locale.ROOT));
        if (host == null) {
            throw new IllegalArgumentException("There is no Azure cloud of the name \"" + cloud + "\"");
        }
        return host;
    }
}
