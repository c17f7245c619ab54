// SPDX-License-Identifier: Apache-2.0
package io.podidentity.stage;

import io.podidentity.emulator.PodIdentityEmulator;
import java.util.Map;

/** Where the demo seems to run. */
public enum Host {
    POD("A pod with an identity"),
    NODE("A pod on its node's identity"),
    LAPTOP("A laptop");

    private final String label;

    Host(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    /** The environment variables that make the difference. */
    Map<String, String> environment(PodIdentityEmulator azure, EmulatedAz az) {
        String imds = azure.imds().toString();
        return switch (this) {
            case POD ->
                Map.of(
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                        imds,
                        "AZURE_CLIENT_ID",
                        azure.identities().get(0).clientId());
            case NODE ->
                Map.of(
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST", imds,
                        "KUBERNETES_SERVICE_HOST", "10.0.0.1",
                        "AzureServicesAuthConnectionString", "RunAs=App");
            case LAPTOP ->
                Map.of(
                        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
                        "",
                        "KUBERNETES_SERVICE_HOST",
                        "",
                        "AZURE_CONFIG_DIR",
                        az.folder().toString(),
                        "PATH",
                        az.folder().toString());
        };
    }
}
