// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RedactionTest {

    private static final String SECRET = "0123456789abcdef".repeat(4);

    @Test
    void text_ofAPathWithASecretPart_hidesThatPartAlone() {
        assertThat(Redaction.text("/mutate-v1-pod/" + SECRET)).isEqualTo("/mutate-v1-pod/REDACTED");
        assertThat(Redaction.text("/a/" + SECRET + "/b")).isEqualTo("/a/REDACTED/b");
        assertThat(Redaction.text("/a/eyJhbGciOiJub25lIn0.eyJhIjoxfQ.x")).isEqualTo("/a/REDACTED");
    }

    /** A registry's digests, for one. */
    @Test
    void text_ofAnotherPath_staysAsItIs() {
        String path = "/v2/demo/blobs/sha256:" + SECRET;

        assertThat(Redaction.text(path)).isEqualTo(path);
    }
}
