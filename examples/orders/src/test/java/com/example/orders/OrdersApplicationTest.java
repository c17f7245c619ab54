package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** As in the pod of k8s/orders.yaml. */
@SpringBootTest(properties = "orders.storage=${emulated-azure.storage}")
@EmulatedAzure(manifests = "k8s", pod = "orders")
class OrdersApplicationTest {

    @Autowired
    OrdersApplication application;

    @Test
    void orders_withThePodsIdentity_areRead() {
        assertThat(application.orders()).contains("<Blob>");
    }
}
