// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputReaderTest {
    /** Else a program that prints as fast as it is read would never be stopped. */
    @Test
    @Timeout(20)
    void drain_whenMoreIsThereEachTime_comesBack() {
        SystemProcessRunner.OutputReader reader = new SystemProcessRunner.OutputReader(new InputStream() {
            @Override
            public int read() {
                return 'x';
            }

            @Override
            public int read(byte[] bytes, int start, int length) {
                return length;
            }

            @Override
            public int available() {
                return 1;
            }
        });

        reader.drain();

        assertThat(reader.text()).hasSize(256 * 1024);
    }

    @ParameterizedTest
    @CsvSource({"'\ufeff{}', {}", "'\ufeff', ''", "{}\ufeff, {}\ufeff", "'', ''"})
    void text_always_beginsAfterAMark(String printed, String text) {
        SystemProcessRunner.OutputReader reader = new SystemProcessRunner.OutputReader(
                new ByteArrayInputStream(printed.getBytes(StandardCharsets.UTF_8)));

        reader.drain();

        assertThat(reader.text()).isEqualTo(text);
    }
}
