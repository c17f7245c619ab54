// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@DemoTest
@Import(FakeAzure.SignedIn.class)
class TokenControllerTest {
    @Autowired
    MockMvcTester mvc;

    @Test
    void token_unlessRevealed_isNotFoundAndSaysHow() {
        assertThat(mvc.get().uri("/api/token"))
                .hasStatus(404)
                .hasContentType("application/problem+json")
                .bodyText()
                .contains("--demo.reveal-token=true")
                .doesNotContain(FakeAzure.TOKEN);
    }

    @Nested
    @TestPropertySource(properties = "demo.reveal-token=true")
    @ExtendWith(OutputCaptureExtension.class)
    class Revealed {
        @Test
        void token_whenRevealed_isAnsweredAndWarnedOfWithoutIt(CapturedOutput output) {
            assertThat(mvc.get().uri("/api/token"))
                    .hasStatusOk()
                    .hasHeader("Cache-Control", "no-store")
                    .bodyJson()
                    .isStrictlyEqualTo(
                            "{\"accessToken\": \"" + FakeAzure.TOKEN + "\", \"expiresOn\": \"2099-01-01T00:00:00Z\"}");
            assertThat(output)
                    .contains("WARN", "GET /api/token returned the token")
                    .doesNotContain(FakeAzure.TOKEN);
        }
    }
}
