// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.page;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.azure.DemoTest;
import io.podidentity.demo.azure.FakeAzure;
import io.podidentity.demo.azure.FakeStorage;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.spring.TokenProviderCustomizer;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** A token whose claims mean harm: whoever issues tokens, or answers in the place of who does, writes them. */
@DemoTest
@Import(HostileTokenTest.Hostile.class)
class HostileTokenTest {
    private static final AtomicReference<String> CLAIMS = new AtomicReference<>("{}");

    @Autowired
    MockMvcTester mvc;

    @Autowired
    AzureServiceTokenProvider provider;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"upn\":\"<script>alert(1)</script>\"",
                "\"upn\":\"\\u001b[2J\\u0007\\u202etxt.exe\\r\\nSet-Cookie: a=b\"",
                "\"upn\":\"'onmouseover='alert(1)\\\"onmouseover=\\\"alert(1)\"",
                "\"exp\":\"never\",\"iat\":1e400,\"nbf\":-1e400",
                "\"exp\":99999999999999999999,\"iat\":9223372036854775807,\"nbf\":-9223372036854775808",
                "\"exp\":{},\"aud\":[[]],\"tid\":null,\"ver\":true",
                "\"aud\":\"https://x/${7*7}__${T(java.lang.Runtime)}__\"",
                "\"upn\":\"a\",\"upn\":\"b\"",
                "\"x\":[[[[[[[[",
            })
    void page_ofATokenWithHostileClaims_showsThemAsText(String claims) {
        CLAIMS.set("{\"appid\":\"<b>app</b>\",\"idtyp\":\"user\"," + claims + "}");
        provider.invalidate();

        for (String path : List.of("/", "/api/identity", "/actuator/tokenprovider", "/actuator/health/token")) {
            assertThat(mvc.get().uri(path)).hasStatusOk().bodyText().doesNotContain("\u001b", "\u0007", "\u202e");
        }
        assertThat(mvc.get().uri("/"))
                .bodyText()
                .doesNotContain("<script>", "<b>app", "'onmouseover=", "\"onmouseover=", "49__");
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Hostile {
        @Bean
        TokenProviderCustomizer hostileSource() {
            TokenSource source = new TokenSource() {
                @Override
                public Outcome acquire(TokenRequest request) {
                    String token = part("{\"alg\":\"<script>\"}") + "." + part(CLAIMS.get()) + ".c2ln";
                    return new Acquired(
                            AccessToken.bearer(token, request.resource(), FakeAzure.EXPIRES, null, name()), "");
                }

                @Override
                public String name() {
                    return "Hostile";
                }
            };
            return builder -> builder.sources(List.of(source));
        }

        @Bean
        @Primary
        FakeStorage fakeStorage() {
            return new FakeStorage();
        }

        private static String part(String json) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(UTF_8));
        }
    }
}
