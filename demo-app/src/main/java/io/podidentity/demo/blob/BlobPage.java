package io.podidentity.demo.blob;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/** Some blobs of the container, in the order of their names; without a continuation there are no more. */
public record BlobPage(List<Blob> blobs, @Nullable String continuation) {

    /** The query of the request for the next page, beginning with a question mark; null if there is no next page. */
    public @Nullable String next(String prefix, @Nullable Integer limit) {
        if (continuation == null) {
            return null;
        }
        return UriComponentsBuilder.fromUriString("?prefix={prefix}")
                .queryParamIfPresent("limit", Optional.ofNullable(limit))
                .queryParam("continuation", "{continuation}")
                .encode()
                .buildAndExpand(Map.of("prefix", prefix, "continuation", continuation))
                .toUriString();
    }
}
