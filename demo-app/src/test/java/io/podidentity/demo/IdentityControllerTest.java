// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@DemoTest
@Import(FakeAzure.SignedIn.class)
class IdentityControllerTest {
    @Autowired
    MockMvcTester mvc;

    @Test
    void identity_withAToken_tellsWhoFromWhereAndUntilWhen() {
        assertThat(mvc.get().uri("/api/identity"))
                .hasStatusOk()
                .hasContentType("application/json")
                .hasHeader("Cache-Control", "no-store")
                .bodyJson()
                .isLenientlyEqualTo("""
                        {
                          "source": "Fake metadata service",
                          "principal": {
                            "type": "APP",
                            "appId": "11111111-aaaa-aaaa-aaaa-aaaaaaaaaaaa",
                            "objectId": "22222222-bbbb-bbbb-bbbb-bbbbbbbbbbbb",
                            "tenantId": "33333333-cccc-cccc-cccc-cccccccccccc"
                          },
                          "resource": "https://storage.azure.com",
                          "expiresOn": "2099-01-01T00:00:00Z",
                          "attempts": [
                            {
                              "source": "Fake CLI",
                              "state": "UNAVAILABLE",
                              "reason": "nobody is logged in to the fake",
                              "remedy": "Run 'fake login'."
                            },
                            {"source": "Fake metadata service", "state": "ACQUIRED"}
                          ]
                        }""");
    }

    @Test
    void identity_withAToken_tellsWhenItIsRenewed() {
        assertThat(mvc.get().uri("/api/identity"))
                .bodyJson()
                .extractingPath("$.refreshOn")
                .asString()
                .satisfies(refreshOn -> assertThat(Instant.parse(refreshOn)).isBefore(FakeAzure.EXPIRES));
    }

    @Test
    void identity_withAToken_doesNotShowIt() {
        assertThat(mvc.get().uri("/api/identity")).bodyText().doesNotContain(FakeAzure.TOKEN);
    }
}
