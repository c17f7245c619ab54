package io.podidentity.podid.run;

import java.util.List;
import java.util.Map;

/** The variables of the user's own shell by which libraries would find another identity first. */
final class OwnVariables {

    private static final List<String> WOULD_WIN = List.of(
            "AZURE_CLIENT_SECRET",
            "AZURE_CLIENT_CERTIFICATE_PATH",
            "AZURE_CLIENT_CERTIFICATE_PASSWORD",
            "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
            "AZURE_USERNAME",
            "AZURE_PASSWORD",
            "AZURE_TOKEN_CREDENTIALS",
            "AzureServicesAuthConnectionString",
            "AZURE_POD_IDENTITY_AUTHORITY_HOST",
            "AZURE_KUBERNETES_TOKEN_PROXY",
            "AZURE_KUBERNETES_SNI_NAME",
            "AZURE_KUBERNETES_CA_FILE",
            "AZURE_KUBERNETES_CA_DATA",
            "AZURE_REGIONAL_AUTHORITY_NAME",
            "ARM_CLIENT_SECRET",
            "ARM_CLIENT_ID",
            "ARM_TENANT_ID",
            "ARM_USE_MSI",
            "ARM_USE_CLI");

    private OwnVariables() {}

    /** Those that are set. */
    static List<String> conflicting(Map<String, String> environment) {
        return WOULD_WIN.stream().filter(environment::containsKey).toList();
    }
}
