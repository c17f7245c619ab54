// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestInitializer;
import org.springframework.web.client.RestClient;

/**
 * Gives requests for the configured servers their token as a header, unless they have an {@code Authorization} of their
 * own. An interceptor would do the same, but a client with an interceptor keeps each body in memory, also of requests
 * for other servers.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
record BearerTokenHeader(BearerTokens tokens) implements ClientHttpRequestInitializer {
    /** The attribute that tells {@link BearerTokenRequestFactory} for which server a request has a token of ours. */
    private static final String TARGET = BearerTokenHeader.class.getName() + ".target";

    /** @throws io.podidentity.tokenprovider.TokenAcquisitionException if there is no token */
    @Override
    public void initialize(ClientHttpRequest request) {
        BearerTarget target = tokens.target(request.getURI());
        if (target != null && !request.getHeaders().containsHeader(HttpHeaders.AUTHORIZATION)) {
            request.getHeaders().setBearerAuth(tokens.token(target));
            request.getAttributes().put(TARGET, target);
        }
    }

    /** The same for each request of a {@code RestClient}, when all else is known of it. */
    void addTo(RestClient.RequestHeadersSpec<?> request) {
        request.httpRequest(this::initialize);
    }

    /** Whether the request has a token of ours, and its answer demands one with other claims. */
    boolean isToBeReplaced(HttpRequest request, int status, HttpHeaders answer) {
        return request.getAttributes().get(TARGET) instanceof BearerTarget target
                && tokens.demandsClaims(target, status, answer.getOrEmpty(HttpHeaders.WWW_AUTHENTICATE));
    }
}
