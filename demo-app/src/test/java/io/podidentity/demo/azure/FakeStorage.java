// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.azure;

import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.util.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The network below the real storage client: it returns the answer that was set, for every request. */
public final class FakeStorage implements HttpClient {
    public static final String ETAG = "\"0x1\"";
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d+)");

    private final List<String> urls = new CopyOnWriteArrayList<>();
    private volatile boolean isBlob;
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

    /** Sets a blob as the answer, in whole or in the part that is asked for. */
    public void blob(String contentType, String content) {
        answer(
                200,
                Map.of(
                        "Content-Type",
                        contentType,
                        "ETag",
                        ETAG,
                        "Last-Modified",
                        "Tue, 24 Nov 2026 09:00:00 GMT",
                        "x-ms-blob-type",
                        "BlockBlob"),
                content);
        this.isBlob = true;
    }

    /** Sets an answer that is not the storage service's own. */
    public void garbage(int status, String body) {
        answer(status, Map.of("Content-Type", "application/xml"), body);
    }

    /** Sets a list as the answer. */
    public void list(String... names) {
        page("", names);
    }

    /** Sets a page of a list as the answer; the marker is what the next page begins with, empty for the last one. */
    public void page(String nextMarker, String... names) {
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
                xml.append("</Blobs><NextMarker>")
                        .append(nextMarker.replace("&", "&amp;"))
                        .append("</NextMarker></EnumerationResults>")
                        .toString());
    }

    /** The methods and URLs of the requests since the answer was set. */
    public List<String> urls() {
        return List.copyOf(urls);
    }

    private void answer(int status, Map<String, String> headers, String body) {
        this.failure = null;
        this.isBlob = false;
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
        urls.add(request.getHttpMethod() + " " + request.getUrl());
        IOException broken = failure;
        if (broken != null) {
            throw new UncheckedIOException(broken);
        }
        HttpHeaders answered = new HttpHeaders(headers);
        if (!isBlob) {
            return new Answer(request, status, answered, body);
        }
        answered.set(HttpHeaderName.CONTENT_LENGTH, Integer.toString(body.length));
        if (request.getHttpMethod() == HttpMethod.HEAD) {
            return new Answer(request, 200, answered, new byte[0]);
        }
        Matcher range = RANGE.matcher(request.getHeaders().getValue(HttpHeaderName.fromString("x-ms-range")));
        if (!range.matches()) {
            throw new AssertionError("A blob is read by ranges only");
        }
        int from = Integer.parseInt(range.group(1));
        int to = Math.min(Integer.parseInt(range.group(2)) + 1, body.length);
        answered.set(HttpHeaderName.CONTENT_LENGTH, Integer.toString(to - from));
        answered.set(HttpHeaderName.CONTENT_RANGE, "bytes " + from + "-" + (to - 1) + "/" + body.length);
        return new Answer(request, 206, answered, Arrays.copyOfRange(body, from, to));
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
