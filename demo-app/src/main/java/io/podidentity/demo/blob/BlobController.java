package io.podidentity.demo.blob;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.CacheControl;
import org.springframework.http.ContentDisposition;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /api/blobs} lists the blobs, {@code GET /api/blobs/NAME} streams one. */
@RestController
final class BlobController {
    private static final String PREFIX = "/api/blobs/";
    private static final int MAX_LISTED = 5_000;

    /** What a browser may display directly, because it cannot run scripts. Everything else is downloaded. */
    private static final Set<String> SHOWN = Set.of(
            "text/plain",
            "text/csv",
            "text/markdown",
            "application/json",
            "image/png",
            "image/jpeg",
            "image/gif",
            "image/webp");

    private final BlobStore store;

    BlobController(BlobStore store) {
        this.store = store;
    }

    @GetMapping("/api/blobs")
    ResponseEntity<List<Blob>> list() {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(store.list(MAX_LISTED));
    }

    @GetMapping(PREFIX + "{*name}")
    ResponseEntity<InputStreamResource> content(HttpServletRequest request, HttpServletResponse response) {
        String name = BlobName.in(request, PREFIX);
        BlobContent content = store.open(name);
        // Set, not added: this replaces the policy of the page.
        response.setHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
        MediaType type = mediaType(content.contentType());
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok()
                .contentType(type)
                .contentLength(content.size())
                .cacheControl(CacheControl.noStore())
                .header("Content-Disposition", disposition(type, name).toString());
        if (content.eTag() != null) {
            answer.header("ETag", content.eTag());
        }
        return answer.body(new InputStreamResource(content.stream()));
    }

    private static ContentDisposition disposition(MediaType type, String name) {
        boolean shown = SHOWN.contains(type.getType() + "/" + type.getSubtype());
        return ContentDisposition.builder(shown ? "inline" : "attachment")
                .filename(BlobName.fileName(name), StandardCharsets.UTF_8)
                .build();
    }

    private static MediaType mediaType(@Nullable String contentType) {
        try {
            return contentType == null ? MediaType.APPLICATION_OCTET_STREAM : MediaType.parseMediaType(contentType);
        } catch (InvalidMediaTypeException e) {
            return MediaType.APPLICATION_OCTET_STREAM;
        }
    }
}
