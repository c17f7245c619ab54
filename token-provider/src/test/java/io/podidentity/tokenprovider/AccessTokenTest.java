// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AccessTokenTest {
    private static final Instant EXPIRES = Instant.parse("2026-01-01T01:00:00Z");
    private static final Principal PRINCIPAL = new Principal(Principal.Type.APP, null, "app", null, "t", null, null);
    private final AccessToken token =
            new AccessToken("s3cr3t", "https://storage.azure.com/", "Bearer", EXPIRES, null, PRINCIPAL, "IMDS");

    @Test
    void toString_always_tellsAllButTheToken() {
        assertThat(token)
                .hasToString("AccessToken[Bearer of 6 characters for https://storage.azure.com/ from IMDS, "
                        + "principal=App app, tenant t, expiresOn=2026-01-01T01:00:00Z]");
    }

    @Test
    void toString_ofWhatHoldsIt_tellsAllButTheToken() {
        assertThat(new TokenSource.Acquired(token).toString()).doesNotContain("s3cr3t");
    }

    @Test
    void withRefreshOn_always_changesNothingElse() {
        Instant refreshOn = EXPIRES.minus(Duration.ofMinutes(5));

        assertThat(token.withRefreshOn(refreshOn))
                .isEqualTo(new AccessToken(
                        "s3cr3t", "https://storage.azure.com/", "Bearer", EXPIRES, refreshOn, PRINCIPAL, "IMDS"));
    }

    @Test
    void constructor_whenAPartThatMustBeThereIsNot_throws() {
        assertThatNullPointerException()
                .isThrownBy(() -> new AccessToken(null, "r", "Bearer", EXPIRES, null, null, "s"))
                .withMessage("value");
        assertThatNullPointerException()
                .isThrownBy(() -> new AccessToken("v", null, "Bearer", EXPIRES, null, null, "s"))
                .withMessage("resource");
        assertThatNullPointerException()
                .isThrownBy(() -> new AccessToken("v", "r", null, EXPIRES, null, null, "s"))
                .withMessage("tokenType");
        assertThatNullPointerException()
                .isThrownBy(() -> new AccessToken("v", "r", "Bearer", null, null, null, "s"))
                .withMessage("expiresOn");
        assertThatNullPointerException()
                .isThrownBy(() -> new AccessToken("v", "r", "Bearer", EXPIRES, null, null, null))
                .withMessage("source");
    }
}
