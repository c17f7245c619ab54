package io.podidentity.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
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
}
