// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.Nullable;
import java.io.IOException;

/**
 * An HTTP answer with the headers that sources read. If a request was sent several times, it also tells of the others.
 *
 * @param status the status code
 * @param body the body as UTF-8; may hold a token
 * @param retryAfter the header {@code Retry-After}; null without it
 * @param challenge the header {@code WWW-Authenticate}; null without it
 * @param message the header {@code ResponseMessage}, in which container desktops explain themselves; null without it
 * @param date the header {@code Date}, which shows the server's own clock; null without it
 * @param server the header {@code Server}; null without it
 * @param times how often in a row this status was the answer
 * @param then what came after this answer in place of another one; empty for nothing
 */
public record HttpResponse(
        int status,
        String body,
        @Nullable String retryAfter,
        @Nullable String challenge,
        @Nullable String message,
        @Nullable String date,
        @Nullable String server,
        int times,
        String then) {
    private static final String[] TIMES = {
        "", "", " twice", " three times", " four times", " five times", " six times", " seven times", " eight times"
    };

    public HttpResponse(int status, String body, @Nullable String retryAfter) {
        this(status, body, retryAfter, null, null, null, null);
    }

    HttpResponse withRetryAfter(String retryAfter) {
        return new HttpResponse(status, body, retryAfter, challenge, message, date, server, times, then);
    }

    public HttpResponse(
            int status,
            String body,
            @Nullable String retryAfter,
            @Nullable String challenge,
            @Nullable String message,
            @Nullable String date,
            @Nullable String server) {
        this(status, body, retryAfter, challenge, message, date, server, 1, "");
    }

    /**
     * The same answer, as one that came after another one to the same request.
     *
     * @param last the answer before; null for none
     */
    HttpResponse after(@Nullable HttpResponse last) {
        if (last == null || last.status != status) {
            return this;
        }
        return withHistory(last.times + 1, "");
    }

    /** The same answer, as the last one of a server that fell silent. */
    public HttpResponse before(IOException e, long waitedMillis) {
        return withHistory(times, ", then " + NoAnswer.describeNext(e, waitedMillis));
    }

    private HttpResponse withHistory(int times, String then) {
        return new HttpResponse(status, body, retryAfter, challenge, message, date, server, times, then);
    }

    /**
     * The status as the beginning of a sentence, such as {@code HTTP 429 three times, then nothing within 2.0 s}.
     *
     * @param words the server's own words; may be empty
     */
    public String describe(String words) {
        String line = "HTTP " + status;
        String separator = " ";
        if (!then.isEmpty()) {
            line += TIMES[Math.min(times, TIMES.length - 1)] + then;
            separator = ": ";
        }
        if (words.isEmpty()) {
            return line;
        }
        return line + separator + words;
    }

    /**
     * The code of the failure that this answer is.
     *
     * @param mayPass whether the same request may succeed later
     */
    public Code code(boolean mayPass) {
        if (mayPass) {
            return Code.SERVICE_UNAVAILABLE;
        }
        // A service that issues tokens refuses with 4xx. A success without a token, or a redirect, comes from another
        // service.
        if (status < 400) {
            return Code.INVALID_RESPONSE;
        }
        return Code.REFUSED;
    }

    @Override
    public String toString() {
        return "HTTP " + status + " with " + body.length() + " characters";
    }
}
