// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class PodidTest {

    private final StringWriter out = new StringWriter();

    private int run(String... arguments) {
        CommandLine podid = Podid.commandLine(arguments[0]);
        return Podid.writingTo(new PrintWriter(out, true), new PrintWriter(out, true), podid)
                .execute(arguments);
    }

    @Test
    void help_always_listsTheCommands() {
        assertThat(run("help")).isZero();
        assertThat(out.toString()).startsWith("Usage: podid ").contains("\n  check ", "\n  scope ");
    }

    @Test
    void help_ofACommand_isThatCommands() {
        assertThat(run("help", "check")).isZero();
        assertThat(out.toString()).startsWith("Usage: podid check ");
    }

    /** Whoever copies one from the help has all of it. */
    @ParameterizedTest
    @ValueSource(strings = {"serve", "explain", "check", "facts", "lend", "migrate", "run", "doctor", "scope"})
    void help_always_keepsAddressesAndExamplesInOneLine(String command) {
        run(command, "--help");

        CommandLine one = Podid.commandLine(command).getSubcommands().get(command);
        Stream.of(one.getCommandSpec().usageMessage().footer())
                .forEach(line -> assertThat(out.toString()).contains("\n" + line + "\n"));
    }
}
