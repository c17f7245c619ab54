package com.example.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.emulator.PodIdentityEmulator;
import io.podidentity.emulator.fault.Fault;
import io.podidentity.tokenprovider.spring.test.EmulatedAzure;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** As in the pod of k8s/agent.yaml. */
@SpringBootTest
@AutoConfigureMockMvc
@EmulatedAzure(manifests = "k8s", pod = "agent", customizers = EmulatedAgents.Setup.class)
class AgentApplicationTest {

    @Autowired
    private MockMvcTester mvc;

    @Autowired
    private PodIdentityEmulator azure;

    @Test
    void order_ofTheAgentWithARole_isRead() {
        assertThat(mvc.get().uri("/agents/support/orders/1001"))
                .hasStatusOk()
                .bodyText()
                .isEqualTo("3 apples");
    }

    @Test
    void order_ofTheAgentWithoutARole_isRefusedByStorage() {
        assertThat(mvc.get().uri("/agents/marketing/orders/1001"))
                .hasStatus(403)
                .bodyText()
                .contains("AuthorizationPermissionMismatch");
    }

    @Test
    void page_always_showsWhatBecameOfEachAgent() {
        assertThat(mvc.get().uri("/"))
                .hasStatusOk()
                .bodyText()
                .containsSubsequence("support", "3 apples", "marketing", "Storage refused this agent: 403");
    }

    @Test
    void order_whileEntraIsDown_namesTheAgentIdentityWithoutAToken() {
        azure.faults().entra(Fault.status(503).standing());

        assertThat(mvc.get().uri("/agents/support/orders/1001"))
                .hasStatus(503)
                .bodyText()
                .contains("agent identity a6000000-0000-4000-8000-000000000001", "503");
    }
}
