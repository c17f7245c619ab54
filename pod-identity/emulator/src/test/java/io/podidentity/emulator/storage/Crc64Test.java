// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Crc64Test {

    /** Of the nine digits it is AE8B14860A799888, as catalogues of checksums say of CRC-64/NVME. */
    @ParameterizedTest
    @CsvSource({"'', AAAAAAAAAAA=", "123456789, iJh5CoYUi64="})
    void of_aText_isTheChecksumThatOthersComputeToo(String text, String expected) {
        assertThat(Crc64.of(text.getBytes(StandardCharsets.UTF_8))).isEqualTo(expected);
    }
}
