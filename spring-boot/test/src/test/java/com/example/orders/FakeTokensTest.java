// SPDX-License-Identifier: Apache-2.0
package com.example.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeTokensTest {

    @Test
    void token_ofTheFake_isThatOfItsSource() {
        TokenSource source = request -> new TokenSource.Acquired(
                AccessToken.bearer("a-token", request.resource(), Instant.now().plusSeconds(3600), null, "fake"));
        AzureServiceTokenProvider fake =
                AzureServiceTokenProvider.builder().sources(List.of(source)).build();

        assertThat(fake.getAccessToken("https://storage.azure.com/")).isEqualTo("a-token");
    }
}
