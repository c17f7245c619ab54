// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@DemoTest
@Import(FakeAzure.SignedOut.class)
class IdentityControllerSignedOutTest {
    @Autowired
    MockMvcTester mvc;

    @Test
    void identity_whenNoSourceApplies_tellsWhatEachOfThemWants() {
        assertThat(mvc.get().uri("/api/identity"))
                .hasStatus(503)
                .bodyJson()
                .extractingPath("$.remedy")
                .isEqualTo("Fake CLI: Run 'fake login'.");
    }
}
