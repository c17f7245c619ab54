package io.podidentity.tokenprovider.spring;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenRequest;
import java.time.Duration;
import java.time.Instant;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * What Lettuce signs in with: the token of the moment for a new connection, and each later token for the open ones,
 * since Azure's Redis ends a connection whose token has expired.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads; blocks none.
 */
record LettuceTokens(RedisSignIn signIn) implements RedisCredentialsProvider {

    /** Between two looks at the token: a part of what is left of it, since looking is what makes it be refreshed. */
    private static final int LOOKS_IN_THE_REST = 8;

    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST_AFTER_FAILURE = Duration.ofMinutes(1);

    @Override
    public Mono<RedisCredentials> resolveCredentials() {
        return token().map(this::credentials);
    }

    @Override
    public boolean supportsStreaming() {
        return true;
    }

    /** Never ends and never fails: the token that a connection has may be valid for long. */
    @Override
    public Flux<RedisCredentials> credentials() {
        Mono<AccessToken> untilThereIsOne =
                token().retryWhen(Retry.backoff(Long.MAX_VALUE, SHORTEST).maxBackoff(LONGEST_AFTER_FAILURE));
        return untilThereIsOne
                .expand(token -> Mono.delay(untilNextLook(token)).then(untilThereIsOne))
                .distinctUntilChanged(AccessToken::value)
                .map(this::credentials);
    }

    private Mono<AccessToken> token() {
        TokenRequest request = TokenRequest.forResource(signIn.resource());
        return Mono.fromFuture(() -> signIn.provider().getAuthenticationResultAsync(request));
    }

    private static Duration untilNextLook(AccessToken token) {
        Duration part = Duration.between(Instant.now(), token.expiresOn()).dividedBy(LOOKS_IN_THE_REST);
        return part.compareTo(SHORTEST) < 0 ? SHORTEST : part;
    }

    private RedisCredentials credentials(AccessToken token) {
        return RedisCredentials.just(signIn.userOf(token), token.value());
    }
}
