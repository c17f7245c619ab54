package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** As in the pod of k8s/orders.yaml. */
@SpringBootTest
@AutoConfigureMockMvc
@EmulatedAzure(manifests = "k8s", pod = "orders")
class OrdersApplicationTest {
    private static final String NO_ROLE = "AuthorizationPermissionMismatch";

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private PodIdentityEmulator azure;

    @Test
    void orders_withThePodsIdentity_areListedAndRead() {
        assertThat(mvc.get().uri("/orders"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$[*].name")
                .asArray()
                .contains("hello.txt");
        assertThat(mvc.get().uri("/orders/hello.txt")).hasStatusOk().bodyText().isNotBlank();
    }

    @Test
    void orders_withoutARole_sayWhatStorageAnswered() {
        azure.faults()
                .storage(Fault.status(403, "application/xml", "<Error><Code>" + NO_ROLE + "</Code></Error>")
                        .header("x-ms-error-code", NO_ROLE)
                        .standing());

        assertThat(mvc.get().uri("/orders"))
                .hasStatus(502)
                .bodyText()
                .contains(NO_ROLE);
    }
}
