// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                  | a command is missing",
                "look                                | there is no command look",
                "explain --verbose                   | there is no option --verbose",
                "explain --resource                  | --resource needs a value",
                "explain --deadline soon             | --deadline needs a number of seconds from 0.1 to 3600",
                "explain --deadline 0                | --deadline needs a number of seconds from 0.1 to 3600",
                "token                               | --resource is missing",
                "token --resource r --json           | --json is for explain",
                "explain --connection-string         | --connection-string needs a value",
                "explain --connection-string=a       | there is no option --connection-string",
                "RunAs=App;AppKey=hunter2            | there is no command RunAs",
            })
    void run_whenUsedWrongly_saysHowToUseIt(String arguments, String problem) {
        int exitCode = run(arguments.isEmpty() ? new String[0] : arguments.split(" "));

        assertThat(exitCode).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith(problem + System.lineSeparator());
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage: java -jar token-provider.jar");
    }

    @Test
    void run_withAWrongConnectionString_saysWhereAndNotWhat() {
        int exitCode = run("explain", "--connection-string", "RunAs=App;AppId=a;TenantId=t;AppKey=x;hunter2=y");

        assertThat(exitCode).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("The connection string has an unknown key (at character 39). If it belongs to the value of"
                        + " AppKey, put that value in quotes."
                        + " More: https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting/application.md"
                        + "#connection-string"
                        + System.lineSeparator());
    }

    @Test
    void run_whenAskedForHelp_printsIt() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("usage: ").contains("--deadline SECONDS");
    }

    @Test
    void run_whenAskedForHelpOnASection_printsThatSectionOfThePage() {
        assertThat(run("help", "https://github.com/pod-identity/pod-identity-java/x.md#timed-out"))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("## timed-out" + System.lineSeparator().substring(0, 1))
                .doesNotContain("## interrupted");
    }

    @Test
    void run_whenAskedForHelpOnTheLastSection_printsItToItsEnd() {
        assertThat(run("help", "aadsts")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("## aadsts")
                .endsWith("with the trace ID of the sign-in log. |" + System.lineSeparator());
    }

    @Test
    void run_whenAskedForHelpOnNoSection_namesThoseThereAre() {
        assertThat(run("help", "Vault-agent")).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("there is no section Vault-agent; there are: no-source-available, service-unavailable, ");
    }

    private int run(String... arguments) {
        return Main.run(arguments, print(out), print(err));
    }

    private static PrintStream print(ByteArrayOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }
}
