// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@DemoTest
@Import(FakeAzure.SignedIn.class)
class BrowserFilterTest {
    @Autowired
    MockMvcTester mvc;

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "demo.localhost", "127.0.0.1", "[::1]"})
    void request_toThisHost_isAnswered(String host) {
        assertThat(mvc.get().uri("http://" + host + ":8080/api/identity")).hasStatusOk();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rebound.example", "localhost.example", "127.0.0.1.example"})
    void request_toAnotherName_isRefusedOnLoopback(String host) {
        assertThat(mvc.get().uri("http://" + host + ":8080/api/identity"))
                .hasStatus(421)
                .hasContentType("application/problem+json")
                .bodyText()
                .contains("--server.address=0.0.0.0")
                .doesNotContain(FakeAzure.APP.objectId().orElseThrow());
    }

    @Nested
    @TestPropertySource(properties = "server.address=0.0.0.0")
    class InAPod {
        @Test
        void request_toAnyName_isAnswered() {
            assertThat(mvc.get().uri("http://demo.default.svc:8080/api/identity"))
                    .hasStatusOk();
        }
    }
}
