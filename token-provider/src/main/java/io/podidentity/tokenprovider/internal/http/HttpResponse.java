package io.podidentity.tokenprovider.internal.http;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer, with the headers that sources read.
 *
 * @param status the status code
 * @param body the body as UTF-8; may hold a token
 * @param retryAfter the header {@code Retry-After}; null without it
 * @param challenge the header {@code WWW-Authenticate}; null without it
 * @param message the header {@code ResponseMessage}, in which container desktops explain themselves; null without it
 * @param date the header {@code Date}, which is the server's own clock; null without it
 * @param server the header {@code Server}; null without it
 */
public record HttpResponse(
        int status,
        String body,
        @Nullable String retryAfter,
        @Nullable String challenge,
        @Nullable String message,
        @Nullable String date,
        @Nullable String server) {

    public HttpResponse(int status, String body, @Nullable String retryAfter) {
        this(status, body, retryAfter, null, null, null, null);
    }

    public HttpResponse(
            int status,
            String body,
            @Nullable String retryAfter,
            @Nullable String challenge,
            @Nullable String message) {
        this(status, body, retryAfter, challenge, message, null, null);
    }

    @Override
    public String toString() {
        return "HTTP " + status + " with " + body.length() + " characters";
    }
}
