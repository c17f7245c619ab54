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
                Failures.ofCall(own, "r", List.of(failed("Azure CLI"))),
                Failures.ofCall(own, "r", List.of(failed("IMDS"))),
                Failures.ofCall(own, "r", List.of(failed("Azure Developer CLI"))),
                Failures.ofCall(own, "r", List.of(failed("Azure PowerShell"))),
                Failures.ofCall(own, "r", List.of(failed("Workload identity"))),
                Failures.ofCall(own, "r", List.of(failed("App Service"))),
                Failures.ofCall(own, "r", List.of(failed("Service Fabric"))),
                Failures.ofCall(own, "r", List.of(failed("Azure Arc"))),
                Failures.ofCall(own, "r", List.of(failed("Cloud Shell"))),
                Failures.ofCall(own, "r", List.of(failed("Azure ML"))),
                Failures.ofCall(own, "r", List.of(failed("Environment"))),
                Failures.ofCall(own, "r", List.of(failed("Client secret"))),
                Failures.ofCall(own, "r", List.of(failed("Client certificate"))),
                Failures.ofCall(own, "r", List.of(failed("Client assertion"))),
                Failures.ofCall(own, "r", List.of(failed("Key Vault certificate"))),
                Failures.ofCall(own, "r", List.of(failed("Azure SDK"))),
                Failures.ofCall(
                        new TokenAcquisitionException(
                                TokenAcquisitionException.Code.NO_SOURCE_AVAILABLE, "none", "", null),
                        "r",
                        List.of()),
                Failures.timedOut("r", Duration.ofSeconds(1), List.of()),
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
