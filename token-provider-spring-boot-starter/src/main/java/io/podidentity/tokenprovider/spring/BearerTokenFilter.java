package io.podidentity.tokenprovider.spring;

import java.net.URI;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * Does for {@code WebClient} what {@link BearerTokenInterceptor} does for the blocking clients, and blocks no thread.
 * The body of a request that is sent again must allow it, as values do.
 */
final class BearerTokenFilter implements ExchangeFilterFunction {
    private final BearerTokens tokens;

    BearerTokenFilter(BearerTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        URI url = request.url();
        BearerTarget target = tokens.target(url);
        if (target == null || request.headers().containsHeader(HttpHeaders.AUTHORIZATION)) {
            return next.exchange(request);
        }
        return send(request, target, next).flatMap(response -> {
            boolean isDemanded = response.statusCode().value() == HttpStatus.UNAUTHORIZED.value()
                    && tokens.demandsClaims(target, response.headers().header(HttpHeaders.WWW_AUTHENTICATE));
            return isDemanded ? response.releaseBody().then(send(request, target, next)) : Mono.just(response);
        });
    }

    private Mono<ClientResponse> send(ClientRequest request, BearerTarget target, ExchangeFunction next) {
        return Mono.fromFuture(() -> tokens.tokenAsync(target))
                .map(token -> ClientRequest.from(request)
                        .headers(headers -> headers.setBearerAuth(token))
                        .build())
                .flatMap(next::exchange);
    }
}
