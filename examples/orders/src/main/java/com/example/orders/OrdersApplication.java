package com.example.orders;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
@EnableConfigurationProperties(OrdersProperties.class)
public class OrdersApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(OrdersApplication.class, arguments);
    }

    /** The credential is the starter's: that of `az login` on a laptop, that of its identity in a pod. */
    @Bean
    BlobContainerClient orders(OrdersProperties orders, TokenCredential credential) {
        if (orders.storage().isBlank()) {
            throw new InvalidConfigurationPropertyValueException("orders.storage", "",
                    "Set ORDERS_STORAGE to the blob endpoint of your account: https://ACCOUNT.blob.core.windows.net");
        }
        return new BlobServiceClientBuilder()
                .endpoint(orders.storage())
                .credential(credential)
                .buildClient()
                .getBlobContainerClient(orders.container());
    }
}
