package io.podidentity.tokenprovider;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer.
 *
 * @param status the status code
 * @param body the body as UTF-8; may hold a token
 * @param retryAfter the header {@code Retry-After}; null without it
 */
record HttpResponse(int status, String body, @Nullable String retryAfter) {
    @Override
    public String toString() {
        return "HTTP " + status + " with " + body.length() + " characters";
    }
}
