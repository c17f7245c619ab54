package io.podidentity.demo.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The network below the real storage client: it returns the answer that was set, for every request. */
public final class FakeStorage implements HttpClient {
    private final List<String> urls = new CopyOnWriteArrayList<>();
    private volatile int status = 500;
    private volatile Map<String, String> headers = Map.of();
    private volatile byte[] body = {};
    private volatile @Nullable IOException failure;

    /** Sets an error of the storage service as the answer. */
    public void refuse(int status, String code) {
        answer(status, Map.of("x-ms-error-code", code), "");
    }

    /** Makes requests fail without an answer. */
    public void fail(IOException failure) {
        this.failure = failure;
    }

    /** Sets a blob as the answer. */
    public void blob(String contentType, String content) {
        int size = content.getBytes(StandardCharsets.UTF_8).length;
        answer(
                206,
                Map.of(
                        "Content-Type",
                        contentType,
                        "Content-Length",
                        Integer.toString(size),
                        "Content-Range",
                        "bytes 0-" + (size - 1) + "/" + size,
                        "ETag",
                        "\"0x1\"",
                        "Last-Modified",
                        "Tue, 24 Nov 2026 09:00:00 GMT",
                        "x-ms-blob-type",
                        "BlockBlob"),
                content);
    }

    /** Sets a list as the answer. */
    public void list(String... names) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults"
                + " ServiceEndpoint=\"https://fake/\" ContainerName=\"samples\"><Blobs>");
        for (String name : names) {
            xml.append("<Blob><Name>")
                    .append(name.replace("&", "&amp;").replace("<", "&lt;"))
                    .append("</Name><Properties><Last-Modified>Tue, 24 Nov 2026 09:00:00 GMT</Last-Modified>")
                    .append("<Etag>0x1</Etag><Content-Length>12</Content-Length>")
                    .append("<Content-Type>text/plain</Content-Type></Properties></Blob>");
        }
        answer(
                200,
                Map.of("Content-Type", "application/xml"),
                xml.append("</Blobs><NextMarker/></EnumerationResults>").toString());
    }

    /** The URLs that were requested since the answer was set. */
    public List<String> urls() {
        return List.copyOf(urls);
    }

    private void answer(int status, Map<String, String> headers, String body) {
        this.failure = null;
        this.status = status;
        this.headers = headers;
        this.body = body.getBytes(StandardCharsets.UTF_8);
        urls.clear();
    }

    @Override
    public Mono<HttpResponse> send(HttpRequest request) {
        return Mono.fromSupplier(() -> sendSync(request, Context.NONE));
    }

    @Override
    public HttpResponse sendSync(HttpRequest request, Context context) {
        urls.add(request.getUrl().toString());
        IOException broken = failure;
        if (broken != null) {
            throw new UncheckedIOException(broken);
        }
        return new Answer(request, status, new HttpHeaders(headers), body);
    }

    private static final class Answer extends HttpResponse {
        private final int status;
        private final HttpHeaders headers;
        private final byte[] body;

        Answer(HttpRequest request, int status, HttpHeaders headers, byte[] body) {
            super(request);
            this.status = status;
            this.headers = headers;
            this.body = body;
        }

        @Override
        public int getStatusCode() {
            return status;
        }

        @Override
        @Deprecated
        public String getHeaderValue(String name) {
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
