package com.example.agent;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A service with two agents. Each has an agent identity of its own. The service has no secret. */
@SpringBootApplication
public class AgentApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(AgentApplication.class, arguments);
    }

    /** The credential is the starter's, for token-provider.agents.support. */
    @Bean
    Agent support(
            @Qualifier("support") TokenCredential credential,
            @Value("${token-provider.agents.support.client-id}") String clientId,
            @Value("${agent.storage}") String storage) {
        String task = "It answers customers, and reads their orders.";
        return new Agent("support", clientId, task, orders(credential, storage));
    }

    /** The same storage account with the credential of another agent identity. */
    @Bean
    Agent marketing(
            @Qualifier("marketing") TokenCredential credential,
            @Value("${token-provider.agents.marketing.client-id}") String clientId,
            @Value("${agent.storage}") String storage) {
        String task = "It writes a newsletter, and needs no orders.";
        return new Agent("marketing", clientId, task, orders(credential, storage));
    }

    private static BlobContainerClient orders(TokenCredential credential, String storage) {
        return new BlobServiceClientBuilder()
                .endpoint(storage)
                .credential(credential)
                .buildClient()
                .getBlobContainerClient("orders");
    }
}
