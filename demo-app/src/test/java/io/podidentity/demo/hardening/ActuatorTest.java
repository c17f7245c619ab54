// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@DemoTest
@Import(FakeAzure.SignedIn.class)
class ActuatorTest {
    @Autowired
    MockMvcTester mvc;

    @Test
    void tokenprovider_whenRead_explainsWithoutTheToken() {
        // The application asks for the token after its start, without waiting for it.
        await().untilAsserted(() -> assertThat(mvc.get().uri("/actuator/tokenprovider"))
                .hasStatusOk()
                .hasContentTypeCompatibleWith("application/json")
                .bodyText()
                .contains("\"source\":\"Fake metadata service\"", "nobody is logged in to the fake")
                .doesNotContain(FakeAzure.TOKEN));
    }

    @Test
    void tokenprovider_whenDeleted_refuses() {
        assertThat(mvc.delete().uri("/actuator/tokenprovider")).hasStatus(405);
    }

    @Test
    void health_withAToken_isUpWithItsSource() {
        await().untilAsserted(() -> assertThat(mvc.get().uri("/actuator/health/token"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.components.tokenProvider.details.tokens[0].source")
                .isEqualTo("Fake metadata service"));
    }

    @Test
    void prometheus_whenScraped_hasTheRestOfTheTokensLife() {
        await().untilAsserted(() -> assertThat(mvc.get().uri("/actuator/prometheus"))
                .hasStatusOk()
                .bodyText()
                .containsPattern(
                        "token_provider_token_remaining_seconds\\{identity=\"default\",request=\"none\",required=\"true\",resource=\"https://storage.azure.com\"\\} [0-9]")
                .containsPattern("token_provider_acquisition_seconds_count\\{.*outcome=\"SUCCESS\".*\\} 1")
                .doesNotContain(FakeAzure.TOKEN));
    }

    @Test
    void path_thatIsUnknown_isAProblem() {
        assertThat(mvc.get().uri("/nothing")).hasStatus(404).hasContentType("application/problem+json");
    }
}
