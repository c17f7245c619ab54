// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * How a program's own tests fake a provider: with a source in memory, and no mock. What is faked is who issues tokens;
 * cache, deadlines and errors are the real ones. docs/testing.md shows the same.
 */
class FakedProviderTest {
    private static final String STORAGE = "https://storage.azure.com/";

    /** A class of the program, as it is in production. */
    private static final class Uploader {
        private final AzureServiceTokenProvider provider;

        Uploader(AzureServiceTokenProvider provider) {
            this.provider = provider;
        }

        String upload() {
            try {
                return "sent with " + provider.getAccessToken(STORAGE);
            } catch (TokenAcquisitionException e) {
                return e.isTransient() ? "later" : "never: " + e.reason();
            }
        }
    }

    private static AzureServiceTokenProvider provider(TokenSource source) {
        return AzureServiceTokenProvider.builder().sources(List.of(source)).build();
    }

    @Test
    void upload_withAToken_sendsIt() {
        AzureServiceTokenProvider fake = provider(request -> new TokenSource.Acquired(
                AccessToken.bearer("a-token", request.resource(), Instant.now().plusSeconds(3600), null, "fake")));

        assertThat(new Uploader(fake).upload()).isEqualTo("sent with a-token");
    }

    @Test
    void upload_withAnIdentity_isOfThatIdentity() {
        AzureServiceTokenProvider fake = provider(request -> new TokenSource.Acquired(
                AccessToken.bearer("a-token", request.resource(), Instant.now().plusSeconds(3600), null, "fake")
                        .withPrincipal(Principal.user("anna@contoso.com"))));

        new Uploader(fake).upload();

        assertThat(fake.principalUsed()).hasValue(Principal.user("anna@contoso.com"));
    }

    @Test
    void upload_whileTheIssuerIsBusy_putsItOff() {
        AzureServiceTokenProvider fake = provider(request -> {
            throw new TokenAcquisitionException(
                    Code.SERVICE_UNAVAILABLE, "the fake is busy", "", null, Duration.ofSeconds(5));
        });

        assertThat(new Uploader(fake).upload()).isEqualTo("later");
        assertThatThrownBy(() -> fake.getAccessToken(STORAGE))
                .isInstanceOfSatisfying(
                        TokenAcquisitionException.class,
                        e -> assertThat(e.retryAfter()).isPresent());
    }

    @Test
    void upload_withoutARole_givesUp() {
        AzureServiceTokenProvider fake = provider(request -> {
            throw new TokenAcquisitionException(Code.REFUSED, "the fake refused", "", null);
        });

        assertThat(new Uploader(fake).upload()).isEqualTo("never: the fake refused");
    }
}
