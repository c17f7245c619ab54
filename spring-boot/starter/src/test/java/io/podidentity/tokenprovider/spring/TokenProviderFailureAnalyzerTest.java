// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class TokenProviderFailureAnalyzerTest {

    @Test
    void start_whenABeanNeedsATokenThatIsRefused_printsWhyAndWhatToDo(CapturedOutput output) {
        SpringApplication application = new SpringApplication(NeedsToken.class);
        application.setWebApplicationType(WebApplicationType.NONE);

        Throwable thrown = catchThrowable(application::run);

        assertThat(thrown).hasRootCauseInstanceOf(TokenAcquisitionException.class);
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("the fake refused")
                .contains("Action:")
                .contains("Be kinder to the fake.");
    }

    @Test
    void analyze_withoutRemedyButTransient_advisesToTryAgain() {
        TokenAcquisitionException busy = new TokenAcquisitionException(
                TokenAcquisitionException.Code.SERVICE_UNAVAILABLE, "IMDS is busy", "", null);

        FailureAnalysis analysis = new TokenProviderFailureAnalyzer().analyze(busy);

        assertThat(analysis.getDescription()).isEqualTo("IMDS is busy.");
        assertThat(analysis.getAction()).isEqualTo("Start the application again in a moment.");
    }

    @Test
    void analyze_withoutRemedyOfItsOwn_listsThoseOfTheSources() {
        AzureServiceTokenProvider provider = AzureServiceTokenProvider.builder()
                .sources(List.of(unavailable("First", "Run 'first login'."), unavailable("Second", "Set SECOND.")))
                .build();

        FailureAnalysis analysis = new TokenProviderFailureAnalyzer()
                .analyze(provider.explain("r").failure().orElseThrow());

        assertThat(analysis.getAction().lines().map(String::strip))
                .containsExactly("Do one of these:", "First: Run 'first login'.", "Second: Set SECOND.");
    }

    @Test
    void start_withABadConnectionString_printsWhatIsWrongAndWhatToDo(CapturedOutput output) {
        SpringApplication application = new SpringApplication(Imports.class);
        application.setWebApplicationType(WebApplicationType.NONE);

        var unused =
                catchThrowable(() -> application.run("--token-provider.connection-string=RunAs=App;AppKey=s3cret"));

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("token-provider.connection-string: The connection string has AppKey but no AppId")
                .contains("Correct token-provider.connection-string", "docs/connection-string.md")
                .doesNotContain("s3cret");
    }

    private static TokenSource unavailable(String name, String remedy) {
        return new TokenSource() {
            @Override
            public Outcome acquire(TokenRequest request) {
                return new Unavailable("it is not there", remedy);
            }

            @Override
            public String name() {
                return name;
            }
        };
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(TokenProviderAutoConfiguration.class)
    static class Imports {}

    @Configuration(proxyBeanMethods = false)
    static class NeedsToken {
        @Bean
        String token() {
            return AzureServiceTokenProvider.builder()
                    .sources(List.of(FakeSource.refused()))
                    .build()
                    .getAccessToken("https://storage.azure.com/");
        }
    }
}
