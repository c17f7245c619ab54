package io.podidentity.demo.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.podidentity.demo.DemoProperties;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.AzureServiceTokenProvider;
import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SignInTest {
    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch answer = new CountDownLatch(1);

    /** Has no token at first, and later one that takes long. */
    private final TokenSource source = new TokenSource() {
        @Override
        public Outcome acquire(TokenRequest request) throws InterruptedException {
            if (calls.incrementAndGet() == 1) {
                return new Unavailable("nobody is logged in", "Run 'fake login'.");
            }
            answer.await();
            return new Acquired(new AccessToken(
                    "e30.e30.e30",
                    request.resource(),
                    "Bearer",
                    Instant.parse("2099-01-01T00:00:00Z"),
                    null,
                    null,
                    "Fake"));
        }

        @Override
        public String name() {
            return "Fake";
        }
    };

    @Test
    void explain_afterAFailure_showsItAgainWhileTheNextAttemptTakesLong() {
        AzureServiceTokenProvider provider =
                AzureServiceTokenProvider.builder().sources(List.of(source)).build();
        SignIn signIn =
                new SignIn(provider, new DemoProperties("https://r", new DemoProperties.Storage("", "c", null), false));
        try {
            Explanation failed = signIn.explain();
            provider.invalidate();

            assertThat(failed.hasToken()).isFalse();
            assertThat(signIn.explain()).isSameAs(failed);

            answer.countDown();
            assertThat(signIn.explain().hasToken()).isTrue();
            assertThat(calls).hasValue(2);
        } finally {
            signIn.destroy();
        }
    }
}
