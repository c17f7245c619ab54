package io.podidentity.demo.blob;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Reads what the SDK wants to have as a whole, lists and errors, only up to a size that no such answer has: an account
 * that never stops would fill the memory. Content of blobs passes; {@link BlobStore} bounds it.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
final class BoundedAnswers implements HttpClient {
    /** A list of 1,000 blobs has about one megabyte. */
    private static final int MAX_BYTES = 4 * 1024 * 1024;

    /** By this name the SDK tells its HTTP client to read the whole answer before it returns. */
    private static final String EAGERLY = "azure-eagerly-read-response";

    private final HttpClient client;

    BoundedAnswers(HttpClient client) {
        this.client = client;
    }

    /** An answer that is bigger than it can be. It is not an I/O error, so that nobody tries again. */
    static final class TooBigException extends IllegalStateException {
        private static final long serialVersionUID = 1L;

        TooBigException(int bytes) {
            super("The answer has more than " + bytes + " bytes");
        }
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return send(request, Context.NONE);
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request, Context context) {
        return isWhole(context)
                ? Mono.fromCallable(() -> sendSync(request, context)).subscribeOn(Schedulers.boundedElastic())
                : client.send(request, context);
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        if (!isWhole(context)) {
            return client.sendSync(request, context);
        }
        HttpResponse answer = client.sendSync(request, context.addData(EAGERLY, false));
        try (answer;
                InputStream body = answer.getBodyAsInputStreamSync()) {
            byte[] bytes = body.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new TooBigException(MAX_BYTES);
            }
            return new Whole(answer, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isWhole(Context context) {
        return context.getData(EAGERLY).map(Boolean.TRUE::equals).orElse(false);
    }

    private static final class Whole extends HttpResponse {
        private final int status;
        private final HttpHeaders headers;
        private final byte[] body;

        Whole(HttpResponse answer, byte[] body) {
            super(answer.getRequest());
            this.status = answer.getStatusCode();
            this.headers = answer.getHeaders();
            this.body = body;
        }

        @Override
        public int getStatusCode() {
            return status;
        }

        @Override
        @Deprecated
        public @Nullable String getHeaderValue(String name) {
            return headers.getValue(HttpHeaderName.fromString(name));
        }

        @Override
        public HttpHeaders getHeaders() {
            return headers;
        }

        @Override
        public Flux<ByteBuffer> getBody() {
            return Flux.just(ByteBuffer.wrap(body));
        }

        @Override
        public Mono<byte[]> getBodyAsByteArray() {
            return Mono.just(body);
        }

        @Override
        public Mono<String> getBodyAsString() {
            return getBodyAsString(StandardCharsets.UTF_8);
        }

        @Override
        public Mono<String> getBodyAsString(Charset charset) {
            return Mono.just(new String(body, charset));
        }
    }
}
