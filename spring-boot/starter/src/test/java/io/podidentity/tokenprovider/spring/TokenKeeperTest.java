// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.tokenprovider.TokenListener.Kind;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.context.SmartLifecycle;

class TokenKeeperTest {
    private final TokenWatch watch = new TokenWatch(TokenIdentities.UNNAMED, List.of(), InstantSource.system());

    @Test
    void start_withNamedResources_getsTheirTokensBehindIt() throws Exception {
        Heard heard = new Heard();
        FakeSource source = FakeSource.withToken();
        TokenKeeper keeper = new TokenKeeper(source.identities(heard), watch, List.of("https://a", "https://b"));

        keeper.start();
        try {
            assertThat(List.of(
                            heard.await(Kind.ACQUIRED).request().resource(),
                            heard.await(Kind.ACQUIRED).request().resource()))
                    .containsExactlyInAnyOrder("https://a", "https://b");
            assertThat(keeper.isRunning()).isTrue();
        } finally {
            keeper.stop();
        }
        assertThat(keeper.isRunning()).isFalse();
    }

    @Test
    void start_withoutAToken_doesNotFail() throws Exception {
        Heard heard = new Heard();
        TokenKeeper keeper = new TokenKeeper(FakeSource.refused().identities(heard), watch, List.of("https://a"));

        keeper.start();
        heard.await(Kind.FAILED);
        keeper.stop();
    }

    @Test
    void start_inAnApplication_isBeforeThatOfItsWebServer() {
        assertThat(new TokenKeeper(FakeSource.withToken().identities(), watch, List.of()).getPhase())
                .isLessThan(SmartLifecycle.DEFAULT_PHASE - 2048);
    }
}
