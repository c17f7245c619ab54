// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.AbstractClientHttpRequestFactoryWrapper;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Repeats a request for a configured server once, with another token, if the answer demands other claims. Nothing is
 * kept in memory for that: a body is written again by whoever wrote it. One that can be written only once, such as a
 * stream, is not: its caller gets the 401, and the next request has the token that was demanded.
 *
 * <p>Requests for other servers are those of the factory that this one is for.
 */
final class BearerTokenRequestFactory extends AbstractClientHttpRequestFactoryWrapper {
    private final BearerTokens tokens;

    BearerTokenRequestFactory(ClientHttpRequestFactory factory, BearerTokens tokens) {
        super(factory);
        this.tokens = tokens;
    }

    @Override
    protected ClientHttpRequest createRequest(URI uri, HttpMethod method, ClientHttpRequestFactory factory)
            throws IOException {
        ClientHttpRequest request = factory.createRequest(uri, method);
        return tokens.target(uri) == null ? request : new Repeatable(request, factory, new BearerTokenHeader(tokens));
    }

    /** A request that may be sent twice. */
    private static final class Repeatable implements ClientHttpRequest, StreamingHttpOutputMessage {
        private final ClientHttpRequest request;
        private final ClientHttpRequestFactory factory;
        private final BearerTokenHeader header;

        private @Nullable Body body;
        private boolean isWrittenByTheCaller;

        Repeatable(ClientHttpRequest request, ClientHttpRequestFactory factory, BearerTokenHeader header) {
            this.request = request;
            this.factory = factory;
            this.header = header;
        }

        @Override
        public ClientHttpResponse execute() throws IOException {
            ClientHttpResponse answer = send(request);
            boolean isToBeReplaced =
                    header.isToBeReplaced(request, answer.getStatusCode().value(), answer.getHeaders());
            if (!isToBeReplaced || !canBeRepeated()) {
                return answer;
            }
            answer.close();
            ClientHttpRequest again = factory.createRequest(getURI(), getMethod());
            again.getHeaders().putAll(getHeaders());
            again.getHeaders().remove(HttpHeaders.AUTHORIZATION);
            again.getAttributes().putAll(getAttributes());
            header.initialize(again);
            return send(again);
        }

        private boolean canBeRepeated() {
            return !isWrittenByTheCaller && (body == null || body.repeatable());
        }

        private ClientHttpResponse send(ClientHttpRequest message) throws IOException {
            if (body != null) {
                if (message instanceof StreamingHttpOutputMessage streaming) {
                    streaming.setBody(body);
                } else {
                    body.writeTo(message.getBody());
                }
            }
            return message.execute();
        }

        @Override
        public void setBody(Body body) {
            this.body = body;
        }

        @Override
        public OutputStream getBody() throws IOException {
            isWrittenByTheCaller = true;
            return request.getBody();
        }

        @Override
        public HttpMethod getMethod() {
            return request.getMethod();
        }

        @Override
        public URI getURI() {
            return request.getURI();
        }

        @Override
        public Map<String, Object> getAttributes() {
            return request.getAttributes();
        }

        @Override
        public HttpHeaders getHeaders() {
            return request.getHeaders();
        }
    }
}
