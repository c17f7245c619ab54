package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
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

    /** The same with another header {@code Retry-After}. */
    HttpResponse withRetryAfter(String retryAfter) {
        return new HttpResponse(status, body, retryAfter, challenge, message, date, server);
    }

    /**
     * What an answer without a token is.
     *
     * @param passing whether it may be another one in a moment
     */
    public Code code(boolean passing) {
        if (passing) {
            return Code.SERVICE_UNAVAILABLE;
        }
        // Whoever serves tokens says no by 4xx. A success without a token, or a way to elsewhere, is another service's.
        return status < 400 ? Code.INVALID_RESPONSE : Code.REFUSED;
    }

    @Override
    public String toString() {
        return "HTTP " + status + " with " + body.length() + " characters";
    }
}
