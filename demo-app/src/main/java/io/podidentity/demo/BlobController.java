// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo;

import com.azure.storage.blob.models.BlobProperties;
import io.podidentity.demo.hardening.Blob;
import io.podidentity.demo.hardening.LimitedBlobs;
import io.podidentity.demo.hardening.LimitedBlobs.BlobPage;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRange;
import org.springframework.http.HttpStatus;
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

    private final LimitedBlobs blobs;

    BlobController(LimitedBlobs blobs) {
        this.blobs = blobs;
    }

    @GetMapping("/api/blobs")
    ResponseEntity<List<Blob>> listBlobs(
            @RequestParam(name = "prefix", defaultValue = "") String prefix,
            @RequestParam(name = "continuation", required = false) @Nullable String continuation,
            @RequestParam(name = "limit", required = false) @Nullable Integer limit,
            HttpServletRequest request) {
        if (limit != null && limit < 1) {
            throw new ResponseStatusException(HttpStatus.BAD_REQUEST, "limit must be at least 1");
        }
        BlobPage page = blobs.list(prefix, continuation, limit == null ? MAX_LISTED : Math.min(limit, MAX_LISTED));
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        String next = page.next(prefix, limit);
        if (next != null) {
            answer.header(HttpHeaders.LINK, "<" + request.getContextPath() + "/api/blobs" + next + ">; rel=\"next\"");
        }
        return answer.body(page.blobs());
    }

    /** Answers {@code HEAD} too, by the blob's properties alone. */
    @GetMapping(PREFIX + "{*name}")
    void sendContent(HttpServletRequest request, @RequestHeader HttpHeaders headers, HttpServletResponse response)
            throws IOException {
        String name = Blob.nameIn(request, PREFIX);
        BlobProperties blob = blobs.find(name);
        Part part = Part.of(blob, findRange(headers, blob));
        if (!part.isSatisfiable()) {
            response.setHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + part.size());
            throw new ResponseStatusException(HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE);
        }
        boolean isEmpty = part.length() == 0 || request.getMethod().equals("HEAD");
        try (InputStream content =
                isEmpty ? InputStream.nullInputStream() : blobs.open(name, blob, part.from(), part.length())) {
            if (!part.isWhole()) {
                response.setStatus(HttpStatus.PARTIAL_CONTENT.value());
                response.setHeader(HttpHeaders.CONTENT_RANGE, part.contentRange());
            }
            response.setContentLengthLong(part.length());
            describe(name, blob, response);
            content.transferTo(response.getOutputStream());
        }
    }

    /**
     * What is sent of a blob.
     *
     * @param from its first byte
     * @param length how many bytes
     * @param size how many bytes the blob has
     * @param isWhole whether the whole blob was asked for, as without a range
     */
    private record Part(long from, long length, long size, boolean isWhole) {

        static Part of(BlobProperties blob, @Nullable HttpRange range) {
            long size = blob.getBlobSize();
            if (range == null) {
                return new Part(0, size, size, true);
            }
            long from = range.getRangeStart(size);
            return new Part(from, range.getRangeEnd(size) + 1 - from, size, false);
        }

        /** Whether the blob is long enough for it. */
        boolean isSatisfiable() {
            return isWhole || from < size;
        }

        String contentRange() {
            return "bytes " + from + "-" + (from + length - 1) + "/" + size;
        }
    }

    /**
     * The part of this version of the blob that is asked for (RFC 9110, section 14); null for the whole blob, as if
     * several parts are asked for, or one that cannot be read.
     */
    private static @Nullable HttpRange findRange(HttpHeaders request, BlobProperties blob) {
        String version = request.getFirst(HttpHeaders.IF_RANGE);
        try {
            List<HttpRange> ranges = request.getRange();
            boolean isThis = version == null || version.equals(quoteETag(blob));
            return isThis && ranges.size() == 1 ? ranges.get(0) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void describe(String name, BlobProperties blob, HttpServletResponse response) {
        MediaType type = Blob.typeOf(blob.getContentType());
        // Set, not added: this replaces the policy of the page.
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
        response.setHeader(HttpHeaders.CONTENT_TYPE, type.toString());
        response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        ContentDisposition.Builder disposition =
                ContentDisposition.builder(Blob.isShown(type) ? "inline" : "attachment");
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                disposition
                        .filename(Blob.fileName(name), StandardCharsets.UTF_8)
                        .build()
                        .toString());
        response.setHeader(HttpHeaders.ETAG, quoteETag(blob));
        if (blob.getLastModified() != null) {
            response.setDateHeader(
                    HttpHeaders.LAST_MODIFIED,
                    blob.getLastModified().toInstant().toEpochMilli());
        }
    }

    /** The ETag as HTTP wants it: the SDK may leave out its quotes. */
    private static @Nullable String quoteETag(BlobProperties blob) {
        return blob.getETag() == null ? null : '"' + blob.getETag().replace("\"", "") + '"';
    }
}
