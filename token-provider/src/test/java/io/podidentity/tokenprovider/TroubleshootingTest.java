package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a message says to read is there to be read. */
class TroubleshootingTest {
    static Stream<TokenAcquisitionException> failures() {
        TokenAcquisitionException own =
                new TokenAcquisitionException(TokenAcquisitionException.Code.REFUSED, "no", "", null);
        return Stream.of(
                own.ofCall("r", List.of(failed("Azure CLI"))),
                own.ofCall("r", List.of(failed("IMDS"))),
                own.ofCall("r", List.of(failed("Azure Developer CLI"))),
                own.ofCall("r", List.of(failed("Azure PowerShell"))),
                own.ofCall("r", List.of(failed("Workload identity"))),
                own.ofCall("r", List.of(failed("App Service"))),
                own.ofCall("r", List.of(failed("Service Fabric"))),
                own.ofCall("r", List.of(failed("Azure Arc"))),
                own.ofCall("r", List.of(failed("Cloud Shell"))),
                own.ofCall("r", List.of(failed("Azure ML"))),
                own.ofCall("r", List.of(failed("Environment"))),
                own.ofCall("r", List.of(failed("Client secret"))),
                own.ofCall("r", List.of(failed("Client certificate"))),
                own.ofCall("r", List.of(failed("Client assertion"))),
                own.ofCall("r", List.of(failed("Key Vault certificate"))),
                own.ofCall("r", List.of(failed("Azure SDK"))),
                own.ofCall("r", List.of(failed("App Service"))),
                own.ofCall("r", List.of(failed("Service Fabric"))),
                own.ofCall("r", List.of(failed("Azure Arc"))),
                own.ofCall("r", List.of(failed("Cloud Shell"))),
                own.ofCall("r", List.of(failed("Azure ML"))),
                new TokenAcquisitionException(TokenAcquisitionException.Code.NO_SOURCE_AVAILABLE, "none", "", null)
                        .ofCall("r", List.of()),
                Failures.timedOut("r", Duration.ofSeconds(1)),
                Failures.interrupted("r", new InterruptedException()),
                Failures.unexpected("r", new StackOverflowError()));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void message_namesASectionOfThePage(TokenAcquisitionException failure) throws IOException {
        String message = failure.getMessage();
        String anchor =
                message.substring(message.indexOf("docs/troubleshooting.md#") + "docs/troubleshooting.md#".length());

        assertThat(Files.readAllLines(Path.of("..", "docs", "troubleshooting.md")))
                .contains("## " + anchor);
    }

    private static TokenAttempt failed(String source) {
        return new TokenAttempt(source, TokenAttempt.State.FAILED, Duration.ZERO, "no", "");
    }
}
