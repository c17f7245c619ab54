// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.FixedDelayOptions;
import com.azure.core.http.policy.RetryOptions;
import com.azure.core.util.Configuration;
import com.azure.core.util.ConfigurationBuilder;
import com.azure.core.util.ConfigurationSource;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import com.microsoft.aad.msal4j.ClientCredentialFactory;
import com.microsoft.aad.msal4j.ClientCredentialParameters;
import com.microsoft.aad.msal4j.ConfidentialClientApplication;
import io.podidentity.emulator.run.EmulatedPod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/** Azure's clients, as a program in a pod would use them: all that they know is the pod's environment. */
final class WorkloadClients {

    static final String SCOPE = "https://storage.azure.com/.default";

    private final PodIdentityEmulator azure;
    private final Map<String, String> environment;
    private final HttpClient http;

    WorkloadClients(PodIdentityEmulator azure, EmulatedPod pod) {
        this.azure = azure;
        this.environment = pod.environment();
        this.http =
                new JdkHttpClientBuilder(java.net.http.HttpClient.newBuilder().sslContext(azure.sslContext())).build();
    }

    HttpClient http() {
        return http;
    }

    TokenCredential workloadIdentity() {
        return new WorkloadIdentityCredentialBuilder()
                .configuration(configuration())
                .disableInstanceDiscovery()
                .httpClient(http)
                .retryOptions(noRetry())
                .build();
    }

    TokenCredential defaultCredential() {
        return new DefaultAzureCredentialBuilder()
                .configuration(configuration())
                .disableInstanceDiscovery()
                .httpClient(http)
                .retryOptions(noRetry())
                .build();
    }

    /** MSAL itself, with the token of the service account as the assertion. */
    String msal() throws Exception {
        String assertion = Files.readString(Path.of(environment.get("AZURE_FEDERATED_TOKEN_FILE")));
        return ConfidentialClientApplication.builder(
                        environment.get("AZURE_CLIENT_ID"),
                        ClientCredentialFactory.createFromClientAssertion(assertion))
                .authority(environment.get("AZURE_AUTHORITY_HOST") + environment.get("AZURE_TENANT_ID"))
                .instanceDiscovery(false)
                .sslSocketFactory(azure.sslContext().getSocketFactory())
                .build()
                .acquireToken(ClientCredentialParameters.builder(Set.of(SCOPE)).build())
                .get()
                .accessToken();
    }

    /** Put into the builder one by one, the variables would be those of all credentials of the process. */
    private Configuration configuration() {
        ConfigurationSource nothing = path -> Map.of();
        return new ConfigurationBuilder(nothing, nothing, path -> environment).build();
    }

    private static RetryOptions noRetry() {
        return new RetryOptions(new FixedDelayOptions(0, Duration.ofMillis(1)));
    }
}
