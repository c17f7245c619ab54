package io.podidentity.demo.blob;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** {@code GET /api/blobs} lists the blobs, {@code GET /api/blobs/NAME} streams one. */
@RestController
final class BlobController {
    private static final String PREFIX = "/api/blobs/";

    /** What a page has at most: a list is held in memory until it is sent. */
    private static final int MAX_LISTED = 1_000;

    private final BlobStore store;
    private final BlobDownloads downloads;

    BlobController(BlobStore store, BlobDownloads downloads) {
        this.store = store;
        this.downloads = downloads;
    }

    @GetMapping("/api/blobs")
    ResponseEntity<List<Blob>> list(
            @RequestParam(name = "prefix", defaultValue = "") String prefix,
            @RequestParam(name = "continuation", required = false) @Nullable String continuation,
            @RequestParam(name = "limit", required = false) @Nullable Integer limit,
            HttpServletRequest request) {
        if (limit != null && limit < 1) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "limit must be at least 1");
        }
        BlobPage page = store.list(prefix, continuation, limit == null ? MAX_LISTED : Math.min(limit, MAX_LISTED));
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok().cacheControl(CacheControl.noStore());
        String next = page.next(prefix, limit);
        if (next != null) {
            answer.header(HttpHeaders.LINK, "<" + request.getContextPath() + "/api/blobs" + next + ">; rel=\"next\"");
        }
        return answer.body(page.blobs());
    }

    /** Answers {@code HEAD} too, by the blob's properties alone. */
    @GetMapping(PREFIX + "{*name}")
    void content(HttpServletRequest request, @RequestHeader HttpHeaders headers, HttpServletResponse response)
            throws IOException {
        String name = BlobName.in(request, PREFIX);
        BlobContent blob = store.find(name);
        ByteRange range = ByteRange.in(headers, blob);
        if (range == null) {
            response.setHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + blob.size());
            throw new ResponseStatusException(
                    HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "The blob has " + blob.size() + " bytes");
        }
        if (request.getMethod().equals("HEAD") || range.length() == 0) {
            begin(blob, range, response);
            return;
        }
        downloads.copy(blob, range, () -> begin(blob, range, response));
    }

    private static OutputStream begin(BlobContent blob, ByteRange range, HttpServletResponse response)
            throws IOException {
        MediaType type = mediaType(blob.contentType());
        // Set, not added: this replaces the policy of the page.
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
        response.setHeader(HttpHeaders.CONTENT_TYPE, type.toString());
        response.setContentLengthLong(range.length());
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION, disposition(type, blob.name()).toString());
        if (blob.eTag() != null) {
            response.setHeader(HttpHeaders.ETAG, blob.eTag());
        }
        if (blob.lastModified() != null) {
            response.setDateHeader(
                    HttpHeaders.LAST_MODIFIED, blob.lastModified().toEpochMilli());
        }
        if (!range.whole()) {
            response.setStatus(HttpStatus.PARTIAL_CONTENT.value());
            response.setHeader(HttpHeaders.CONTENT_RANGE, range.contentRange(blob));
        }
        return response.getOutputStream();
    }

    private static ContentDisposition disposition(MediaType type, String name) {
        return ContentDisposition.builder(ShownTypes.contain(type) ? "inline" : "attachment")
                .filename(BlobName.fileName(name), StandardCharsets.UTF_8)
                .build();
    }

    /** The type as it was stored, unless it is none, such as the ranges of types that are allowed in requests. */
    private static MediaType mediaType(@Nullable String contentType) {
        try {
            MediaType type = contentType == null ? null : MediaType.parseMediaType(contentType);
            return type == null || !type.isConcrete() ? MediaType.APPLICATION_OCTET_STREAM : type;
        } catch (InvalidMediaTypeException e) {
            return MediaType.APPLICATION_OCTET_STREAM;
        }
    }
}
