// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.UserAssignedIdentity.Kind;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * The hosts that issue tokens of a managed identity besides the metadata service: how each is announced, and which form
 * of request it takes.
 *
 * <p>Sources: the page of Microsoft Learn on each host's managed identity, and the Azure SDKs, which agree on the order
 * of {@link #findAnnounced}. On claims challenges: "MSI v1 token revocation" in the documents of MSAL.NET
 * (docs/msiv1_token_revocation.md). App Service and Service Fabric take the parameters {@code xms_cc} and {@code
 * token_sha256_to_refresh}; the other hosts do not.
 */
public enum ManagedIdentityEndpoint {
    SERVICE_FABRIC("Service Fabric", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "Secret", "2019-07-01-preview"),
    /** App Service, Functions, Container Apps. */
    APP_SERVICE("App Service", "IDENTITY_ENDPOINT", "IDENTITY_HEADER", "X-IDENTITY-HEADER", "2019-08-01"),
    /** App Service as it was before 2019. */
    OLD_APP_SERVICE("App Service", "MSI_ENDPOINT", "MSI_SECRET", "secret", "2017-09-01"),
    AZURE_ML("Azure ML", "MSI_ENDPOINT", "MSI_SECRET", "secret", "2017-09-01"),
    CLOUD_SHELL("Cloud Shell", "MSI_ENDPOINT", null, "Metadata", null),
    AZURE_ARC("Azure Arc", "IDENTITY_ENDPOINT", null, "Metadata", "2020-06-01");

    /**
     * The variable with the client ID of a user-assigned identity, as in the Azure SDKs. Other sources read it too, so
     * it may not be meant for the managed identity, and the next two variables win.
     */
    public static final String CLIENT_ID = "AZURE_CLIENT_ID";

    public static final String OBJECT_ID = "AZURE_MANAGED_IDENTITY_OBJECT_ID";
    public static final String RESOURCE_ID = "AZURE_MANAGED_IDENTITY_RESOURCE_ID";

    private static final String AZURE_CHASSIS = "7783-7084-3265-9085-8269-3286-77";

    final String label;
    final String endpointVariable;
    /** The variable with the secret that proves who asks; null if the host wants no secret. */
    final @Nullable String secretVariable;
    /** The header that carries the secret; for a host without a secret its value is {@code true}. */
    final String header;

    /** The version in the query; null for a host that takes a form without a version. */
    final @Nullable String apiVersion;

    ManagedIdentityEndpoint(
            String label,
            String endpointVariable,
            @Nullable String secretVariable,
            String header,
            @Nullable String apiVersion) {
        this.label = label;
        this.endpointVariable = endpointVariable;
        this.secretVariable = secretVariable;
        this.header = header;
        this.apiVersion = apiVersion;
    }

    /**
     * The host that the variables announce, or whose agent is installed; null for none, so that only the metadata
     * service can have a token.
     */
    public static @Nullable ManagedIdentityEndpoint findAnnounced(Environment environment, File root) {
        boolean hasIdentityEndpoint = environment.get("IDENTITY_ENDPOINT") != null;
        if (hasIdentityEndpoint && environment.get("IDENTITY_HEADER") != null) {
            if (environment.get("IDENTITY_SERVER_THUMBPRINT") != null) {
                return SERVICE_FABRIC;
            }
            return APP_SERVICE;
        }
        if (environment.get("MSI_ENDPOINT") != null) {
            return findOfMsi(environment);
        }
        if (hasIdentityEndpoint && environment.get("IMDS_ENDPOINT") != null) {
            return AZURE_ARC;
        }
        if (hasArcAgent(environment, root)) {
            return AZURE_ARC;
        }
        return null;
    }

    private static ManagedIdentityEndpoint findOfMsi(Environment environment) {
        if (environment.get("MSI_SECRET") == null) {
            return CLOUD_SHELL;
        }
        // Azure ML has the same variables and the same protocol. WEBSITE_SITE_NAME is set in every App Service.
        if (environment.get("WEBSITE_SITE_NAME") != null) {
            return OLD_APP_SERVICE;
        }
        return AZURE_ML;
    }

    /**
     * Whether files of this machine show that it runs in Azure: the chassis asset tag that Azure gives all its virtual
     * machines, or the folder of the Azure agent. The network is not asked.
     *
     * @param root the root of the file system
     */
    public static boolean isAzure(File root) {
        return chassisAssetTag(root).equals(AZURE_CHASSIS) || new File(root, "var/lib/waagent").isDirectory();
    }

    /** Whether the agent of Azure Arc is installed here. It issues tokens even if no variable announces it. */
    public static boolean hasArcAgent(Environment environment, File root) {
        if (!environment.windows()) {
            return new File(root, "opt/azcmagent/bin/himds").isFile();
        }
        String programs = environment.get("ProgramData");
        return programs != null && new File(programs, "AzureConnectedMachineAgent\\himds.exe").isFile();
    }

    private static String chassisAssetTag(File root) {
        File tag = new File(root, "sys/class/dmi/id/chassis_asset_tag");
        if (!tag.canRead()) {
            return "";
        }
        try (FileInputStream stream = new FileInputStream(tag)) {
            return new String(stream.readNBytes(64), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** The API version that knows of claims challenges; null for a host that has none. */
    @Nullable
    String capableVersion() {
        if (this == SERVICE_FABRIC) {
            return apiVersion;
        }
        if (this == APP_SERVICE) {
            return "2025-03-30";
        }
        return null;
    }

    /** The parameter that names a user-assigned identity with an ID of this kind; null if the host takes none. */
    @Nullable
    String parameter(Kind kind) {
        if (this == APP_SERVICE && kind == Kind.RESOURCE_ID) {
            return "mi_res_id";
        }
        if (this == APP_SERVICE || this == AZURE_ARC) {
            return metadataParameter(kind);
        }
        boolean takesClientId = this == OLD_APP_SERVICE || this == AZURE_ML;
        if (takesClientId && kind == Kind.CLIENT_ID) {
            return "clientid";
        }
        return null;
    }

    /** The parameter that names a user-assigned identity in a request to the metadata service. */
    static String metadataParameter(Kind kind) {
        if (kind == Kind.CLIENT_ID) {
            return "client_id";
        }
        if (kind == Kind.OBJECT_ID) {
            return "object_id";
        }
        return "msi_res_id";
    }
}
