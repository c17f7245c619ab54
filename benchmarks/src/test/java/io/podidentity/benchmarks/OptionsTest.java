// SPDX-License-Identifier: Apache-2.0
package io.podidentity.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionsTest {
    @Test
    void of_whenRoundsAreGiven_takesThem() throws IOException {
        assertThat(options("--quick --rounds 3").rounds()).isEqualTo(3);
        assertThat(options("--quick").rounds()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "--fast, unknown option --fast",
        "--only everything, unknown part everything",
        "--rounds 0, --rounds must be a number from 1 to 9999",
        "--jdk, a value is missing after --jdk"
    })
    void of_whenUnusable_saysWhy(String arguments, String message) {
        assertThatThrownBy(() -> options(arguments))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static Options options(String arguments) throws IOException {
        return Options.of(arguments.split(" ", -1));
    }
}
