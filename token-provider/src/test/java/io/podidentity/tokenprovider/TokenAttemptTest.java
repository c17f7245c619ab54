package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenAttemptTest {
    private static final Duration TIME = Duration.ofMillis(9);

    @Test
    void toString_inEachState_isOneLine() {
        assertThat(TokenAttempt.acquired("IMDS", TIME)).hasToString("IMDS: got the token (9 ms)");
        assertThat(TokenAttempt.unavailable("az", TIME, "nobody is logged in", "Run 'az login'."))
                .hasToString("az: unavailable (9 ms): nobody is logged in. Run 'az login'.");
        assertThat(TokenAttempt.failed("az", TIME, "it hung", "")).hasToString("az: failed (9 ms): it hung.");
        assertThat(TokenAttempt.notTried("IMDS")).hasToString("IMDS: not tried");
    }

    @Test
    void accessors_always_giveThePartsBack() {
        TokenAttempt attempt = TokenAttempt.failed("az", TIME, "it hung", "Kill it.");

        assertThat(attempt.source()).isEqualTo("az");
        assertThat(attempt.state()).isEqualTo(TokenAttempt.State.FAILED);
        assertThat(attempt.duration()).isEqualTo(TIME);
        assertThat(attempt.reason()).isEqualTo("it hung");
        assertThat(attempt.remedy()).isEqualTo("Kill it.");
        assertThat(TokenAttempt.notTried("az").duration()).isZero();
    }

    @Test
    void equals_whenAnyPartDiffers_isFalse() {
        TokenAttempt attempt = TokenAttempt.failed("az", TIME, "why", "what");

        assertThat(attempt)
                .isEqualTo(TokenAttempt.failed("az", TIME, "why", "what"))
                .hasSameHashCodeAs(TokenAttempt.failed("az", TIME, "why", "what"))
                .isNotEqualTo(TokenAttempt.failed("azd", TIME, "why", "what"))
                .isNotEqualTo(TokenAttempt.unavailable("az", TIME, "why", "what"))
                .isNotEqualTo(TokenAttempt.failed("az", Duration.ZERO, "why", "what"))
                .isNotEqualTo(TokenAttempt.failed("az", TIME, "other", "what"))
                .isNotEqualTo(TokenAttempt.failed("az", TIME, "why", "other"))
                .isNotEqualTo("az");
    }

    @Test
    void factories_whenAPartIsNull_throw() {
        assertThatNullPointerException()
                .isThrownBy(() -> TokenAttempt.notTried(null))
                .withMessage("source");
        assertThatNullPointerException()
                .isThrownBy(() -> TokenAttempt.acquired("az", null))
                .withMessage("duration");
    }
}
