// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.spring;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ReactiveHttpOutputMessage;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.codec.HttpMessageWriter;
import org.springframework.http.codec.multipart.MultipartHttpMessageWriter;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.BodyInserter;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.Fuseable;
import reactor.core.publisher.Mono;

/**
 * Gives requests of {@code WebClient} for the configured servers their token, unless they have an {@code Authorization}
 * of their own, and blocks no thread. A request is repeated once if the answer demands other claims and its body is a
 * value or there is none. A body that is a stream may be gone by then: its caller gets the 401, and the next request
 * has the token that was demanded.
 */
record BearerTokenFilter(BearerTokens tokens) implements ExchangeFilterFunction {

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        BearerTarget target = tokens.target(request.url());
        if (target == null || request.headers().containsHeader(HttpHeaders.AUTHORIZATION)) {
            return next.exchange(request);
        }
        return Mono.defer(() -> send(new WatchedRequest(request), target, next));
    }

    private Mono<ClientResponse> send(WatchedRequest watched, BearerTarget target, ExchangeFunction next) {
        return exchange(watched.asRequest(), target, next)
                .flatMap(answer -> isToBeReplaced(answer, target) && watched.canBeRepeated()
                        ? answer.releaseBody().then(exchange(watched.request, target, next))
                        : Mono.just(answer));
    }

    private boolean isToBeReplaced(ClientResponse answer, BearerTarget target) {
        List<String> challenges = answer.headers().header(HttpHeaders.WWW_AUTHENTICATE);
        return tokens.demandsClaims(target, answer.statusCode().value(), challenges);
    }

    private Mono<ClientResponse> exchange(ClientRequest request, BearerTarget target, ExchangeFunction next) {
        return Mono.fromFuture(() -> tokens.tokenAsync(target))
                .map(token -> withToken(request, token))
                .flatMap(next::exchange);
    }

    private static ClientRequest withToken(ClientRequest request, String token) {
        return ClientRequest.from(request)
                .headers(headers -> headers.setBearerAuth(token))
                .build();
    }

    /** A request whose body is looked at while it is written. */
    private static final class WatchedRequest {
        private final ClientRequest request;
        private final AtomicBoolean isValue = new AtomicBoolean();

        WatchedRequest(ClientRequest request) {
            this.request = request;
        }

        ClientRequest asRequest() {
            return ClientRequest.from(request).body(this::insert).build();
        }

        private Mono<Void> insert(ClientHttpRequest message, BodyInserter.Context context) {
            return request.body().insert(message, new WatchedContext(context, isValue));
        }

        boolean canBeRepeated() {
            return request.body() == BodyInserters.empty() || isValue.get();
        }
    }

    private record WatchedContext(BodyInserter.Context context, AtomicBoolean isValue) implements BodyInserter.Context {

        @Override
        public List<HttpMessageWriter<?>> messageWriters() {
            return context.messageWriters().stream()
                    .<HttpMessageWriter<?>>map(writer -> new WatchedWriter<>(writer, isValue))
                    .toList();
        }

        @Override
        public Optional<ServerHttpRequest> serverRequest() {
            return context.serverRequest();
        }

        @Override
        public Map<String, Object> hints() {
            return context.hints();
        }
    }

    /** Notes whether what it writes is a value. */
    private record WatchedWriter<T>(HttpMessageWriter<T> writer, AtomicBoolean isValue)
            implements HttpMessageWriter<T> {

        @Override
        public List<MediaType> getWritableMediaTypes() {
            return writer.getWritableMediaTypes();
        }

        @Override
        public List<MediaType> getWritableMediaTypes(ResolvableType elementType) {
            return writer.getWritableMediaTypes(elementType);
        }

        @Override
        public boolean canWrite(ResolvableType elementType, @Nullable MediaType mediaType) {
            return writer.canWrite(elementType, mediaType);
        }

        @Override
        public Mono<Void> write(
                Publisher<? extends T> input,
                ResolvableType elementType,
                @Nullable MediaType mediaType,
                ReactiveHttpOutputMessage message,
                Map<String, Object> hints) {
            boolean mayHaveStreams = writer instanceof MultipartHttpMessageWriter && !isForm(mediaType);
            isValue.set(!mayHaveStreams && isValue(input));
            return writer.write(input, elementType, mediaType, message, hints);
        }

        /** The parts of a multipart body can be streams each; the fields of a form are text. */
        private static boolean isForm(@Nullable MediaType mediaType) {
            return mediaType != null && mediaType.isCompatibleWith(MediaType.APPLICATION_FORM_URLENCODED);
        }

        private static boolean isValue(Publisher<?> input) {
            if (!(input instanceof Fuseable.ScalarCallable<?> scalar)) {
                return false;
            }
            try {
                return !(scalar.call() instanceof InputStreamResource);
            } catch (Exception e) {
                return false;
            }
        }
    }
}
