package io.podidentity.demo.blob;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Some of the blobs of the container, in the order of their names.
 *
 * @param blobs the blobs; there may be more even if this is empty
 * @param continuation what to pass to get the next page; null if there is none
 */
public record BlobPage(List<Blob> blobs, @Nullable String continuation) {

    /**
     * The query of the request for the next page, beginning with a question mark.
     *
     * @param prefix that of this page's request
     * @param limit how many blobs the request asks for; null for the default number
     * @return null if there is no next page
     */
    public @Nullable String next(String prefix, @Nullable Integer limit) {
        if (continuation == null) {
            return null;
        }
        UriComponentsBuilder query = UriComponentsBuilder.newInstance();
        if (!prefix.isEmpty()) {
            query.queryParam("prefix", "{prefix}");
        }
        return query.queryParamIfPresent("limit", Optional.ofNullable(limit))
                .queryParam("continuation", "{continuation}")
                .encode()
                .buildAndExpand(Map.of("prefix", prefix, "continuation", continuation))
                .toUriString();
    }
}
