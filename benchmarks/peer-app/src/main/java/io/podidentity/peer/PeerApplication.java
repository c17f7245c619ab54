// SPDX-License-Identifier: Apache-2.0
package io.podidentity.peer;

import com.azure.core.credential.TokenCredential;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.azure.TokenProviderCredential;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The clients as the documentation of azure-identity and azure-storage-blob makes them. Which jars are there says where
 * the credential comes from: azure-identity, the library, or its starter.
 */
@SpringBootApplication(proxyBeanMethods = false)
public class PeerApplication {
    public static void main(String[] args) {
        SpringApplication.run(PeerApplication.class, args);
    }

    /** With azure-identity. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "com.azure.identity.DefaultAzureCredentialBuilder")
    static class AzureIdentity {
        @Bean
        TokenCredential credential() {
            return new DefaultAzureCredentialBuilder().build();
        }
    }

    /** With the library. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingClass({
        "com.azure.identity.DefaultAzureCredentialBuilder",
        "io.podidentity.tokenprovider.spring.TokenProviderAutoConfiguration"
    })
    static class Library {
        @Bean
        TokenCredential credential() {
            return new TokenProviderCredential(new AzureServiceTokenProvider());
        }
    }

    @Bean
    BlobContainerClient container(
            @Value("${demo.storage.endpoint}") String endpoint,
            @Value("${demo.storage.container:samples}") String container,
            TokenCredential credential) {
        return new BlobServiceClientBuilder()
                .endpoint(endpoint)
                .credential(credential)
                .buildClient()
                .getBlobContainerClient(container);
    }
}
