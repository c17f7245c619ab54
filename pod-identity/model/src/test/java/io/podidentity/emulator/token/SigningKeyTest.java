// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SigningKeyTest {

    @Test
    void read_whatWasKept_knowsTheTokensOfTheFirst() throws Exception {
        SigningKey first = SigningKey.ofEntra();
        String token = first.sign(Map.of("sub", "one"));

        SigningKey again = SigningKey.read(first.jwk());

        assertThat(again.verify(token)).isPresent();
        assertThat(again.publicKeys()).isEqualTo(first.publicKeys());
        assertThat(again.publicKeys().toString()).doesNotContain(" d=", " p=");
    }

    @Test
    void read_somethingElse_saysSoAndShowsNothing() {
        assertThatThrownBy(() -> SigningKey.read("{\"kty\":\"RSA\",\"n\":\"abc\",\"e\":\"AQAB\"}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("This is no RSA key that can sign");
    }
}
