package io.podidentity.peer;

import com.azure.core.credential.TokenCredential;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** The clients as the documentation of azure-identity and azure-storage-blob makes them. */
@SpringBootApplication(proxyBeanMethods = false)
public class PeerApplication {
    public static void main(String[] args) {
        SpringApplication.run(PeerApplication.class, args);
    }

    @Bean
    TokenCredential credential() {
        return new DefaultAzureCredentialBuilder().build();
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
