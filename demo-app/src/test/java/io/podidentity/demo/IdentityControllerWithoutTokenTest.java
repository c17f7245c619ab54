// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@DemoTest
@Import(FakeAzure.Refused.class)
class IdentityControllerWithoutTokenTest {
    @Autowired
    MockMvcTester mvc;

    @Test
    void identity_whenRefused_isAProblemWithRemedyAndAttempts() {
        assertThat(mvc.get().uri("/api/identity"))
                .hasStatus(503)
                .hasContentType("application/problem+json")
                .hasHeader("Cache-Control", "no-store")
                .bodyJson()
                .isLenientlyEqualTo("""
                    {
                      "type": "urn:podidentity:problem:no-token",
                      "title": "The identity was refused",
                      "status": 503,
                      "remedy": "Run 'fake assign --to pod'.",
                      "attempts": [
                        {"source": "Fake CLI", "state": "UNAVAILABLE"},
                        {"source": "Fake metadata service", "state": "FAILED"}
                      ]
                    }\
                    """);
    }

    @Test
    void blobs_whenTheTokenIsRefused_areTheSameProblem() {
        assertThat(mvc.get().uri("/api/blobs"))
                .hasStatus(503)
                .hasContentType("application/problem+json")
                .bodyJson()
                .extractingPath("$.type")
                .isEqualTo("urn:podidentity:problem:no-token");
    }

    @Test
    void health_whenRefused_isDownForTheTokenAndUpForTheProbes() {
        await().untilAsserted(() ->
                assertThat(mvc.get().uri("/actuator/health/token")).hasStatus(503));
        assertThat(mvc.get().uri("/actuator/health/liveness")).hasStatusOk();
        assertThat(mvc.get().uri("/actuator/health/readiness")).hasStatusOk();
    }
}
