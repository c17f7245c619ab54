// SPDX-License-Identifier: Apache-2.0
package com.example.orders;

import com.azure.core.credential.TokenCredential;
import com.azure.storage.blob.BlobContainerClient;
import com.azure.storage.blob.BlobServiceClientBuilder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** An application as a user of the starter has it. */
@SpringBootApplication
class OrdersApplication {
    @Bean
    BlobContainerClient orders(@Value("${app.storage}") String storage, TokenCredential credential) {
        return new BlobServiceClientBuilder()
                .endpoint(storage)
                .credential(credential)
                .buildClient()
                .getBlobContainerClient("samples");
    }
}
