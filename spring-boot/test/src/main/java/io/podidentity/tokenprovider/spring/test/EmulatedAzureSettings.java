// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring.test;

import io.podidentity.emulator.PodIdentityEmulator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings by which an application with the starter uses an emulator.
 *
 * @since 0.1.0
 */
public final class EmulatedAzureSettings {
    /** Variables of a developer's shell that would select another identity than the emulated one. */
    private static final List<String> HIDDEN = List.of(
            "ACTIONS_ID_TOKEN_REQUEST_URL",
            "AzureServicesAuthConnectionString",
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "AZURE_CLIENT_ID",
            "AZURE_CLIENT_SECRET",
            "AZURE_FEDERATED_TOKEN_FILE",
            "AZURE_TENANT_ID",
            "AZURE_TOKEN_CREDENTIALS",
            "IDENTITY_ENDPOINT",
            "IMDS_ENDPOINT",
            "MSI_ENDPOINT",
            "SYSTEM_OIDCREQUESTURI");

    private EmulatedAzureSettings() {}

    /** Those of a program on the emulated machine. */
    public static Map<String, Object> of(PodIdentityEmulator azure) {
        return of(azure, azure.environment());
    }

    /**
     * Those of a program with these variables, such as {@code azure.pod("default/app").environment()}.
     *
     * @return a new map, to which the caller may add
     */
    public static Map<String, Object> of(PodIdentityEmulator azure, Map<String, String> environment) {
        Map<String, Object> settings = new LinkedHashMap<>();
        HIDDEN.forEach(variable -> settings.put(setting(variable), ""));
        environment.forEach((variable, value) -> settings.put(setting(variable), value));
        settings.put("emulated-azure.storage", azure.storage().toString());
        settings.put("emulated-azure.entra", azure.entra().toString());
        settings.put("emulated-azure.imds", azure.imds().toString());
        settings.put("emulated-azure.tenant-id", azure.tenantId());
        settings.put(
                "spring.ssl.bundle.pem.emulated-azure.truststore.certificate",
                azure.certificateAuthority().toUri().toString());
        return settings;
    }

    private static String setting(String variable) {
        return "token-provider.environment." + variable;
    }
}
