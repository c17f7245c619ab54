// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnusableTokenTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\r\nX: y", "a\n", "a\0", "a\tb", " a", "t\u00f6ken", "\u2028", "\ufeffa"})
    void require_ofATokenThatNoHeaderTakes_throwsAndDoesNotShowIt(String value) {
        TokenAcquisitionException failure = failure(value, NOW.plusSeconds(60));

        assertThat(failure.code()).isEqualTo(Code.INVALID_RESPONSE);
        assertThat(failure.reason()).isEqualTo("host answered with a token that has a character which no header takes");
    }

    @Test
    void require_ofAnExpiredToken_throws() {
        assertThat(failure("a", NOW).reason())
                .isEqualTo("host answered with a token that expired at 2026-01-01T00:00:00Z");
        assertThat(failure("a", Instant.MIN).code()).isEqualTo(Code.INVALID_RESPONSE);
    }

    @Test
    void require_ofATokenThatCanBeUsed_letsItPass() {
        for (Instant expiresOn : new Instant[] {NOW.plusMillis(1), Instant.MAX}) {
            AccessToken token = AccessToken.bearer("eyJ.a-b_c~+/=", "r", expiresOn, null, "host");

            assertThatCode(() -> ChainRun.requireUsable(token, "host", NOW.toEpochMilli()))
                    .doesNotThrowAnyException();
        }
    }

    private static TokenAcquisitionException failure(String value, Instant expiresOn) {
        AccessToken token = AccessToken.bearer(value, "r", expiresOn, null, "host");
        return catchThrowableOfType(
                TokenAcquisitionException.class, () -> ChainRun.requireUsable(token, "host", NOW.toEpochMilli()));
    }
}
