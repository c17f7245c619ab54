// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class LendCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--name orders                               | Missing required option: '--allow=RESOURCE'",
                "--allow https://a.example/.default          | --allow takes a resource",
                "--allow *                                   | --allow takes a resource",
                "--allow https://a --for 0h                  | --for takes a time such as 45m",
                "--allow https://a --for 25h                 | at most 24h",
                "--allow https://a --for soon                | not \"soon\"",
                "--allow https://a --name a/b                | --name takes up to 63 letters",
                "--allow https://a --name a --name a         | --name a is given twice",
                "--allow https://a --bind 0.0.0.0            | --bind 0.0.0.0 can be reached from other machines",
                "--allow https://a --bind example.org        | --bind takes docker, podman or an address",
                "--allow https://a --as RunAs=Nobody         | RunAs",
                "--allow https://a --name a --name b -- true | One COMMAND is one borrower",
            })
    void lend_usedWrongly_saysHowAndLendsNothing(String arguments, String text) {
        int status = new CommandLine(new LendCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(Stream.of(arguments.split(" ", -1)).toArray(String[]::new));
        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains(text);
        assertThat(out.toString()).isEmpty();
    }
}
