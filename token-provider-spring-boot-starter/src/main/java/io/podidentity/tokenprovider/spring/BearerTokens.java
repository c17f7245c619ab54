package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.TokenRequest;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;

/**
 * The tokens for requests of the application's HTTP clients. Only the classes in it need spring-web.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class BearerTokens {
    /**
     * The claims challenge of continuous access evaluation; see
     * https://learn.microsoft.com/en-us/entra/identity-platform/claims-challenge
     */
    private static final Pattern CLAIMS = Pattern.compile("\\bclaims=\"([A-Za-z0-9+/_=-]+)\"");

    private static final String INSUFFICIENT = "error=\"insufficient_claims\"";

    private static final Logger LOG = LoggerFactory.getLogger(BearerTokens.class);

    private final TokenIdentities identities;
    private final List<BearerTarget> targets;
    /** What each server last demanded, so that the next request need not be refused first. */
    private final Map<BearerTarget, String> claims = new ConcurrentHashMap<>();

    private volatile boolean isUsed;

    BearerTokens(TokenIdentities identities, List<BearerTarget> targets) {
        this.identities = identities;
        this.targets = List.copyOf(targets);
    }

    /** Notes that a client sends these tokens. */
    void use() {
        isUsed = true;
    }

    /** Says, at the end of the start, that no client sends these tokens: it cannot be seen at a client without them. */
    void warnIfUnused() {
        if (!isUsed) {
            LOG.warn(
                    "token-provider.bearer is set ({}), but no client was made by Boot's RestClient.Builder,"
                            + " RestTemplateBuilder or WebClient.Builder: one by RestClient.builder() sends no token."
                            + " Inject the builder, or give the client the bean bearerTokenInterceptor.",
                    targets);
        }
    }

    /** The server that a request is for; null if the request gets no token. */
    private @Nullable BearerTarget target(URI request) {
        return targets.stream()
                .filter(target -> target.covers(request))
                .findFirst()
                .orElse(null);
    }

    private TokenRequest request(BearerTarget target) {
        return TokenRequest.forResource(TokenIdentities.canonical(target.resource()))
                .withClaims(claims.get(target))
                .withCaeEnabled(true);
    }

    /** Whether an answer demands a token with other claims, which the next {@link #request} has. */
    private boolean demandsClaims(BearerTarget target, int status, List<String> challenges) {
        if (status != HttpURLConnection.HTTP_UNAUTHORIZED) {
            return false;
        }
        for (String challenge : challenges) {
            Matcher demanded = CLAIMS.matcher(challenge);
            if (challenge.contains(INSUFFICIENT) && demanded.find()) {
                String encoded = demanded.group(1).replace('-', '+').replace('_', '/');
                try {
                    claims.put(target, new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8));
                    return true;
                } catch (IllegalArgumentException e) {
                    // Nothing that a token could be requested with: the caller gets the 401.
                    return false;
                }
            }
        }
        return false;
    }

    /**
     * Adds the token to requests for the configured servers that have no {@code Authorization} yet. A 401 that demands
     * other claims is answered once, by a request with such a token.
     */
    record Interceptor(BearerTokens tokens) implements ClientHttpRequestInterceptor {

        @Override
        public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
                throws IOException {
            HttpHeaders headers = request.getHeaders();
            BearerTarget target = tokens.target(request.getURI());
            if (target == null || headers.containsHeader(HttpHeaders.AUTHORIZATION)) {
                return execution.execute(request, body);
            }
            headers.setBearerAuth(token(target));
            ClientHttpResponse response = execution.execute(request, body);
            List<String> challenges = response.getHeaders().getOrEmpty(HttpHeaders.WWW_AUTHENTICATE);
            if (!tokens.demandsClaims(target, response.getStatusCode().value(), challenges)) {
                return response;
            }
            response.close();
            headers.setBearerAuth(token(target));
            return execution.execute(request, body);
        }

        private String token(BearerTarget target) {
            return tokens.identities.provider(target.identity()).getAccessToken(tokens.request(target));
        }
    }

    /**
     * Does the same for {@code WebClient}, and blocks no thread. The body of a request that is sent again must allow
     * it, as values do.
     */
    record Filter(BearerTokens tokens) implements ExchangeFilterFunction {

        @Override
        public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
            BearerTarget target = tokens.target(request.url());
            if (target == null || request.headers().containsHeader(HttpHeaders.AUTHORIZATION)) {
                return next.exchange(request);
            }
            return send(request, target, next)
                    .flatMap(response -> tokens.demandsClaims(
                                    target,
                                    response.statusCode().value(),
                                    response.headers().header(HttpHeaders.WWW_AUTHENTICATE))
                            ? response.releaseBody().then(send(request, target, next))
                            : Mono.just(response));
        }

        private Mono<ClientResponse> send(ClientRequest request, BearerTarget target, ExchangeFunction next) {
            return Mono.fromFuture(() ->
                            tokens.identities.provider(target.identity()).getAccessTokenAsync(tokens.request(target)))
                    .map(token -> ClientRequest.from(request)
                            .headers(headers -> headers.setBearerAuth(token))
                            .build())
                    .flatMap(next::exchange);
        }
    }
}
