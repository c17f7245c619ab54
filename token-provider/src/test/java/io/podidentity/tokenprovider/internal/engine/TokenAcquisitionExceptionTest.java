// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenAttempt;
import io.podidentity.tokenprovider.TokenAttempt.State;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenAcquisitionExceptionTest {
    private static final String RESOURCE = "https://storage.azure.com/";
    private static final TokenAttempt CLI = new TokenAttempt(
            "Azure CLI", State.UNAVAILABLE, Duration.ofMillis(431), "nobody is logged in to az", "Run 'az login'.");
    private static final TokenAttempt IMDS = new TokenAttempt(
            "IMDS",
            State.FAILED,
            Duration.ofMillis(12),
            "HTTP 400 \"invalid_resource\"",
            "Check the resource's spelling.");
    private static final TokenAttempt NOT_TRIED = new TokenAttempt("azd", State.NOT_TRIED, Duration.ZERO, "", "");

    private final TokenAcquisitionException own = new TokenAcquisitionException(
            Code.REFUSED, "the issuer said no", "Ask again.", new IOException("why"), Duration.ofMillis(7));

    @Test
    void retryAfter_whereNobodySaid_isEmpty() {
        assertThat(new TokenAcquisitionException(Code.REFUSED, "no", "", null).retryAfter())
                .isEmpty();
        assertThat(new TokenAcquisitionException(Code.REFUSED, "no", "", null, null).retryAfter())
                .isEmpty();
    }

    @Test
    void constructor_withANegativeRetryAfter_throws() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenAcquisitionException(Code.REFUSED, "no", "", null, Duration.ofMillis(-1)))
                .withMessage("retryAfter must not be negative, but is PT-0.001S");
    }

    @Test
    void message_ofASourcesOwnFailure_isReasonAndRemedy() {
        assertThat(own).hasMessage("the issuer said no. Ask again.");
        assertThat(new TokenAcquisitionException(Code.REFUSED, "the issuer said no", "", null))
                .hasMessage("the issuer said no");
        assertThat(own.attempts()).isEmpty();
    }

    @Test
    void message_ofACall_hasALineForEachSourceThatWasAsked() {
        assertThat(Failures.ofCall(own, RESOURCE, List.of(CLI, IMDS, NOT_TRIED)))
                .hasMessage("""
                No token for https://storage.azure.com/ (REFUSED).
                  Azure CLI: unavailable (431 ms): nobody is logged in to az. Run 'az login'.
                  IMDS: failed (12 ms): HTTP 400 "invalid_resource". Check the resource's spelling.
                  More: https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting/managed-identity.md#imds""");
    }

    @Test
    void message_whenNoSourceApplies_pointsToThatSection() {
        TokenAcquisitionException nothing =
                new TokenAcquisitionException(Code.NO_SOURCE_AVAILABLE, "no source has a token here", "", null);

        assertThat(Failures.ofCall(nothing, RESOURCE, List.of(CLI))).hasMessage("""
                No token for https://storage.azure.com/ (NO_SOURCE_AVAILABLE).
                  Azure CLI: unavailable (431 ms): nobody is logged in to az. Run 'az login'.
                  More: https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#no-source-available""");
    }

    @Test
    void message_whenNobodyWasAsked_hasTheReason() {
        assertThat(Failures.ofCall(own, RESOURCE, List.of(NOT_TRIED))).hasMessage("""
                No token for https://storage.azure.com/ (REFUSED).
                  the issuer said no. Ask again.""");
    }

    @Test
    void message_whenNobodyWasAskedAndThereIsNoRemedy_endsWithTheReason() {
        assertThat(Failures.timedOut(RESOURCE, Duration.ofSeconds(2), List.of()))
                .hasMessage("""
                No token for https://storage.azure.com/ (TIMED_OUT).
                  no source answered within 2000 ms. Allow a longer deadline.
                  More: https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#timed-out""");
        assertThat(Failures.ofInterrupt(RESOURCE, new InterruptedException())).hasMessage("""
                No token for https://storage.azure.com/ (INTERRUPTED).
                  the calling thread was interrupted.
                  More: https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md#interrupted""");
    }

    @Test
    void message_ofTheDefaultChainWhereNothingIs_leavesTheRoomOfShortLinesToLongOnes() {
        TokenAttempt azd =
                new TokenAttempt("Azure Developer CLI", State.UNAVAILABLE, Duration.ZERO, "azd is not installed", "");
        TokenAttempt pwsh = new TokenAttempt(
                "Azure PowerShell", State.UNAVAILABLE, Duration.ZERO, "PowerShell is not installed", "");
        TokenAttempt az =
                new TokenAttempt("Azure CLI", State.UNAVAILABLE, Duration.ZERO, "why ".repeat(60), "Do this.");
        TokenAttempt imds =
                new TokenAttempt("IMDS", State.UNAVAILABLE, Duration.ZERO, "no ".repeat(30), "do ".repeat(250));

        String message =
                Failures.ofCall(own, RESOURCE, List.of(az, azd, pwsh, imds)).getMessage();

        assertThat(message)
                .hasSizeBetween(790, 800)
                .contains("why . Do this.\n")
                .contains("\n  Azure Developer CLI: unavailable (0 ms): azd is not installed.\n")
                .contains("\n  Azure PowerShell: unavailable (0 ms): PowerShell is not installed.\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 8, 20, 60, 120, 300})
    void message_ofACallWithSoManySources_isShort(int sources) {
        List<TokenAttempt> attempts = new ArrayList<>(Collections.nCopies(
                sources,
                new TokenAttempt(
                        "Azure CLI", State.UNAVAILABLE, Duration.ZERO, "why ".repeat(200), "do ".repeat(200))));

        TokenAcquisitionException failure = Failures.ofCall(own, "https://" + "long.".repeat(100), attempts);

        assertThat(failure.getMessage()).hasSizeLessThanOrEqualTo(800).startsWith("No token for https:");
    }

    @Test
    void message_whenNobodyWasAskedAndTheReasonIsLong_isShort() {
        TokenAcquisitionException longWinded =
                new TokenAcquisitionException(Code.REFUSED, "why ".repeat(500), "do ".repeat(500), null);

        assertThat(Failures.ofCall(longWinded, RESOURCE, List.of()).getMessage())
                .hasSizeLessThanOrEqualTo(800);
    }

    @Test
    void again_always_isTheSameFailureWithAnotherStackTrace() {
        TokenAcquisitionException failure = Failures.ofCall(own, RESOURCE, List.of(IMDS));

        TokenAcquisitionException again = Failures.withOwnStackTrace(failure);

        assertThat(again).isNotSameAs(failure).hasMessage(failure.getMessage()).hasCause(failure.getCause());
        assertThat(again.code()).isEqualTo(Code.REFUSED);
        assertThat(again.reason()).isEqualTo("the issuer said no");
        assertThat(again.remedy()).isEqualTo("Ask again.");
        assertThat(again.attempts()).containsExactly(IMDS);
        assertThat(again.retryAfter()).hasValue(Duration.ofMillis(7));
        assertThat(again.getStackTrace()[0].getMethodName()).isEqualTo("ofCall");
    }

    @ParameterizedTest
    @EnumSource(Code.class)
    void isTransient_ofEachKind_isTrueWhereTimeHeals(Code code) {
        boolean expected = code == Code.SERVICE_UNAVAILABLE || code == Code.TIMED_OUT;

        assertThat(new TokenAcquisitionException(code, "r", "", null).isTransient())
                .isEqualTo(expected);
    }

    @Test
    void serialization_always_keepsTheTextAndTheAttempts() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(Failures.ofCall(own, RESOURCE, List.of(IMDS)));
        }
        TokenAcquisitionException read;
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            read = (TokenAcquisitionException) in.readObject();
        }

        assertThat(read).hasMessageContaining("IMDS: failed (12 ms)");
        assertThat(read.code()).isEqualTo(Code.REFUSED);
        assertThat(read.attempts()).containsExactly(IMDS);
    }
}
