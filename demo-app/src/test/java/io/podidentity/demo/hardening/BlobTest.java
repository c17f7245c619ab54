// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlobTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "text/plain; charset=utf-8, 12, text",
                "application/json, 262144, text",
                "text/plain, 262145, none",
                "image/png, 2097152, image",
                "image/png, 2097153, none",
                "text/plain, 0, none",
                "text/html, 12, none",
                "image/svg+xml, 12, none",
                "application/xhtml+xml, 12, none",
                "*/*, 12, none",
                "no type, 12, none",
                "none, 12, none"
            })
    void preview_ofABlob_isForSmallTextsAndImagesThatRunNothing(String type, long size, String expected) {
        assertThat(new Blob("a", size, type, null).preview()).isEqualTo(expected);
    }
}
