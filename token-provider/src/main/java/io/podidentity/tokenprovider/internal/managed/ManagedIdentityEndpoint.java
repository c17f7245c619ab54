package io.podidentity.tokenprovider.internal.managed;

import io.podidentity.tokenprovider.UserAssignedIdentity.Kind;
import io.podidentity.tokenprovider.internal.text.Environment;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What hands out a managed identity besides the metadata service: how it is announced, and what it wants to be asked.
 *
 * <p>Source: Microsoft Learn, for each host the page that says how its managed identity is used "to obtain a token",
 * and the Azure SDKs, which agree on the order of {@link #of}. Of claims challenges: "MSI v1 token revocation" in the
 * documents of MSAL.NET (docs/msiv1_token_revocation.md), by which App Service and Service Fabric take the parameters
 * {@code xms_cc} and {@code token_sha256_to_refresh}, and the other hosts none.
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
     * Names a user-assigned identity, as the Azure SDKs know it. It may be meant for another source: the others win.
     */
    public static final String CLIENT_ID = "AZURE_CLIENT_ID";

    public static final String OBJECT_ID = "AZURE_MANAGED_IDENTITY_OBJECT_ID";
    public static final String RESOURCE_ID = "AZURE_MANAGED_IDENTITY_RESOURCE_ID";

    private static final String AZURE_CHASSIS = "7783-7084-3265-9085-8269-3286-77";

    final String label;
    final String endpointVariable;
    /** The variable with the secret that proves who asks; null where none is wanted. */
    final @Nullable String secretVariable;
    /** The header that carries the secret; without one it says {@code true}. */
    final String header;

    /** Null where it is asked by a form, without a version. */
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
     * The host that the variables announce, or whose agent is installed; null for none, which leaves the metadata
     * service.
     */
    public static @Nullable ManagedIdentityEndpoint of(Environment environment, File root) {
        boolean identityEndpoint = environment.get("IDENTITY_ENDPOINT") != null;
        if (identityEndpoint && environment.get("IDENTITY_HEADER") != null) {
            return environment.get("IDENTITY_SERVER_THUMBPRINT") == null ? APP_SERVICE : SERVICE_FABRIC;
        }
        if (environment.get("MSI_ENDPOINT") != null) {
            if (environment.get("MSI_SECRET") == null) {
                return CLOUD_SHELL;
            }
            // One protocol; App Service is known by a variable that all its apps have.
            return environment.get("WEBSITE_SITE_NAME") == null ? AZURE_ML : OLD_APP_SERVICE;
        }
        if (identityEndpoint && environment.get("IMDS_ENDPOINT") != null) {
            return AZURE_ARC;
        }
        return hasArcAgent(environment, root) ? AZURE_ARC : null;
    }

    /**
     * Whether this machine says, without a question to the network, that it runs in Azure: by the chassis asset tag
     * that Azure gives all its virtual machines, or by the files of the Azure agent.
     *
     * @param root the root of the file system
     */
    public static boolean isAzure(File root) {
        return chassisAssetTag(root).equals(AZURE_CHASSIS) || new File(root, "var/lib/waagent").isDirectory();
    }

    /** Whether the agent of Azure Arc is installed here, which hands out an identity without any variable. */
    public static boolean hasArcAgent(Environment environment, File root) {
        String programs = environment.windows() ? environment.get("ProgramData") : "";
        return programs != null
                && (environment.windows()
                        ? new File(programs, "AzureConnectedMachineAgent\\himds.exe").isFile()
                        : new File(root, "opt/azcmagent/bin/himds").isFile());
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

    /** The version that knows of claims challenges; null where none does. */
    @Nullable
    String capableVersion() {
        return this == SERVICE_FABRIC ? apiVersion : this == APP_SERVICE ? "2025-03-30" : null;
    }

    /** The parameter for a user-assigned identity by an ID of this kind; null if it takes none. */
    @Nullable
    String parameter(Kind kind) {
        if (this == OLD_APP_SERVICE || this == AZURE_ML) {
            return kind == Kind.CLIENT_ID ? "clientid" : null;
        }
        if (this == APP_SERVICE || this == AZURE_ARC) {
            return this == APP_SERVICE && kind == Kind.RESOURCE_ID ? "mi_res_id" : metadataParameter(kind);
        }
        return null;
    }

    /** The same of the metadata service. */
    static String metadataParameter(Kind kind) {
        return kind == Kind.CLIENT_ID ? "client_id" : kind == Kind.OBJECT_ID ? "object_id" : "msi_res_id";
    }
}
