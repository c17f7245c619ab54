// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.io.IOException;
import java.util.List;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * For clients that the application makes without Boot's builders: gives requests for the configured servers their
 * token, unless they have an {@code Authorization} of their own, and repeats one once if the answer demands other
 * claims. As with each interceptor, Spring keeps the body of every request of such a client in memory.
 */
record BearerTokenInterceptor(BearerTokens tokens) implements ClientHttpRequestInterceptor {

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        HttpHeaders headers = request.getHeaders();
        BearerTarget target = tokens.target(request.getURI());
        if (target == null || headers.containsHeader(HttpHeaders.AUTHORIZATION)) {
            return execution.execute(request, body);
        }
        tokens.use();
        headers.setBearerAuth(tokens.token(target));
        ClientHttpResponse response = execution.execute(request, body);
        List<String> challenges = response.getHeaders().getOrEmpty(HttpHeaders.WWW_AUTHENTICATE);
        if (!tokens.demandsClaims(target, response.getStatusCode().value(), challenges)) {
            return response;
        }
        response.close();
        headers.setBearerAuth(tokens.token(target));
        return execution.execute(request, body);
    }
}
