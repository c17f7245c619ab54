// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenAttemptTest {
    private static final Duration TIME = Duration.ofMillis(9);

    @Test
    void toString_inEachState_isOneLine() {
        assertThat(new TokenAttempt("IMDS", TokenAttempt.State.ACQUIRED, TIME, "", ""))
                .hasToString("IMDS: got the token (9 ms)");
        assertThat(new TokenAttempt(
                        "az", TokenAttempt.State.UNAVAILABLE, TIME, "nobody is logged in", "Run 'az login'."))
                .hasToString("az: unavailable (9 ms): nobody is logged in. Run 'az login'.");
        assertThat(new TokenAttempt("az", TokenAttempt.State.FAILED, TIME, "it hung", ""))
                .hasToString("az: failed (9 ms): it hung.");
        assertThat(new TokenAttempt("IMDS", TokenAttempt.State.NOT_TRIED, Duration.ZERO, "", ""))
                .hasToString("IMDS: not tried");
    }

    @Test
    void accessors_always_giveThePartsBack() {
        TokenAttempt attempt = new TokenAttempt("az", TokenAttempt.State.FAILED, TIME, "it hung", "Kill it.");

        assertThat(attempt.source()).isEqualTo("az");
        assertThat(attempt.state()).isEqualTo(TokenAttempt.State.FAILED);
        assertThat(attempt.duration()).isEqualTo(TIME);
        assertThat(attempt.reason()).isEqualTo("it hung");
        assertThat(attempt.remedy()).isEqualTo("Kill it.");
        assertThat(new TokenAttempt("az", TokenAttempt.State.NOT_TRIED, Duration.ZERO, "", "").duration())
                .isZero();
    }

    @Test
    void equals_whenAnyPartDiffers_isFalse() {
        TokenAttempt attempt = new TokenAttempt("az", TokenAttempt.State.FAILED, TIME, "why", "what");

        assertThat(attempt)
                .isEqualTo(new TokenAttempt("az", TokenAttempt.State.FAILED, TIME, "why", "what"))
                .hasSameHashCodeAs(new TokenAttempt("az", TokenAttempt.State.FAILED, TIME, "why", "what"))
                .isNotEqualTo(new TokenAttempt("azd", TokenAttempt.State.FAILED, TIME, "why", "what"))
                .isNotEqualTo(new TokenAttempt("az", TokenAttempt.State.UNAVAILABLE, TIME, "why", "what"))
                .isNotEqualTo(new TokenAttempt("az", TokenAttempt.State.FAILED, Duration.ZERO, "why", "what"))
                .isNotEqualTo(new TokenAttempt("az", TokenAttempt.State.FAILED, TIME, "other", "what"))
                .isNotEqualTo(new TokenAttempt("az", TokenAttempt.State.FAILED, TIME, "why", "other"))
                .isNotEqualTo("az");
    }

    @Test
    void factories_whenAPartIsNull_throw() {
        assertThatNullPointerException()
                .isThrownBy(() -> new TokenAttempt(null, TokenAttempt.State.NOT_TRIED, Duration.ZERO, "", ""))
                .withMessage("source");
        assertThatNullPointerException()
                .isThrownBy(() -> new TokenAttempt("az", TokenAttempt.State.ACQUIRED, null, "", ""))
                .withMessage("duration");
    }
}
