// SPDX-License-Identifier: Apache-2.0
package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import com.azure.storage.blob.BlobContainerClient;
import io.podidentity.testcontainers.PodIdentityContainer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@SpringBootTest
@Testcontainers
class OrdersInAContainerTrial {
    @Container
    @ServiceConnection
    static final PodIdentityContainer azure = new PodIdentityContainer(DockerImageName.parse("podid"))
            .withManifests(Path.of("k8s"))
            .withPod("shop/orders"); // otherwise: on the node

    @DynamicPropertySource
    static void storage(DynamicPropertyRegistry registry) {
        registry.add("app.storage", azure::storage);
    }

    @Test
    void orders_ofThePod_areRead(@Autowired BlobContainerClient orders) {
        assertThat(orders.listBlobs()).isNotEmpty();
    }
}
