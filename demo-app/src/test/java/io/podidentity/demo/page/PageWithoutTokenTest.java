// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.spring.TokenProviderCustomizer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

class PageWithoutTokenTest {

    @Nested
    @DemoTest
    @Import(FakeAzure.SignedOut.class)
    class SignedOut {
        @Test
        void page_whenNobodyIsLoggedIn_saysWhatToDo(@Autowired MockMvcTester mvc) {
            assertThat(mvc.get().uri("/"))
                    .hasStatusOk()
                    .bodyText()
                    .contains("What to do", "<strong>Fake CLI</strong>")
                    .contains("No token", "nobody is logged in to the fake.", ">fake login</code>");
        }
    }

    @Nested
    @DemoTest
    @Import(FakeAzure.Refused.class)
    class Refused {
        @Test
        void page_whenRefused_quotesTheReasonHarmlessly(@Autowired MockMvcTester mvc) {
            assertThat(mvc.get().uri("/"))
                    .hasStatusOk()
                    .bodyText()
                    .contains("No token", ">fake assign --to pod</code>", "refused &lt;b&gt;everybody&lt;/b&gt;")
                    .doesNotContain("<b>everybody");
        }
    }

    /** People load the page again and again while a token takes long. */
    @Nested
    @DemoTest
    @Import(SlowSecondTime.class)
    class AfterAFailure {
        @Test
        void page_whileTheNextAttemptTakesLong_showsTheLastFailure(
                @Autowired MockMvcTester mvc,
                @Autowired AzureServiceTokenProvider provider,
                @Autowired SlowSecondTime source) {
            assertThat(mvc.get().uri("/")).bodyText().contains("nobody is logged in");
            source.isSlow = true;
            provider.invalidate();

            assertThat(mvc.get().uri("/")).bodyText().contains("nobody is logged in");

            source.answer.countDown();
            assertThat(mvc.get().uri("/")).bodyText().contains("Signed in");
        }
    }

    /** Has no token at first, and later one that takes long. */
    @TestConfiguration(proxyBeanMethods = false)
    static class SlowSecondTime implements TokenProviderCustomizer {
        private final CountDownLatch answer = new CountDownLatch(1);
        private volatile boolean isSlow;

        @Override
        public void customize(AzureServiceTokenProvider.Builder builder) {
            builder.sources(List.of(this::acquire));
        }

        private TokenSource.Outcome acquire(TokenRequest request) throws InterruptedException {
            if (!isSlow) {
                return new TokenSource.Unavailable("nobody is logged in", "Run 'fake login'.");
            }
            answer.await();
            return new TokenSource.Acquired(
                    AccessToken.bearer("e30.e30.e30", request.resource(), FakeAzure.EXPIRES, null, "Fake"));
        }
    }
}
