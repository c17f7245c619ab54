// SPDX-License-Identifier: Apache-2.0
package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.storage.blob.BlobContainerClient;
import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

@SpringBootTest(properties = "app.storage=${emulated-azure.storage}")
@EmulatedAzure
class OrdersTest {
    @Autowired
    PodIdentityEmulator azure;

    @Autowired
    BlobContainerClient orders;

    @Test
    void orders_withARole_areRead() {
        assertThat(orders.listBlobs()).isNotEmpty();
    }

    @Test
    void orders_withoutTheMetadataService_areNotRead() {
        azure.faults().imds(Fault.status(503).standing()); // until the end of this test

        assertThatThrownBy(() -> orders.listBlobs().stream().count()).isInstanceOf(TokenAcquisitionException.class);
    }
}
