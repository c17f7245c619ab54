package io.podidentity.tokenprovider.spring;

import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.HttpStatus;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Adds the token to requests for the configured servers that have no {@code Authorization} yet. A 401 that demands
 * other claims is answered once, by a request with such a token.
 */
final class BearerTokenInterceptor implements ClientHttpRequestInterceptor {
    private final BearerTokens tokens;

    BearerTokenInterceptor(BearerTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        BearerTarget target = tokens.target(request.getURI());
        HttpHeaders headers = request.getHeaders();
        if (target == null || headers.containsHeader(HttpHeaders.AUTHORIZATION)) {
            return execution.execute(request, body);
        }
        headers.setBearerAuth(tokens.token(target));
        ClientHttpResponse response = execution.execute(request, body);
        if (response.getStatusCode().value() == HttpStatus.UNAUTHORIZED.value()
                && tokens.demandsClaims(target, response.getHeaders().get(HttpHeaders.WWW_AUTHENTICATE))) {
            response.close();
            headers.setBearerAuth(tokens.token(target));
            return execution.execute(request, body);
        }
        return response;
    }
}
