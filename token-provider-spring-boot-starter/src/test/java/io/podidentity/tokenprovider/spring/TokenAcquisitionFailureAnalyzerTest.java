package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@ExtendWith(OutputCaptureExtension.class)
class TokenAcquisitionFailureAnalyzerTest {

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

        FailureAnalysis analysis = new TokenAcquisitionFailureAnalyzer().analyze(busy);

        assertThat(analysis.getDescription()).isEqualTo("IMDS is busy.");
        assertThat(analysis.getAction()).isEqualTo("Start the application again in a moment.");
    }

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
