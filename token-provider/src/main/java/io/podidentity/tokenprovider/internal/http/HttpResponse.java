package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer, with the headers that sources read, and what else came of a request that was sent several times.
 *
 * @param status the status code
 * @param body the body as UTF-8; may hold a token
 * @param retryAfter the header {@code Retry-After}; null without it
 * @param challenge the header {@code WWW-Authenticate}; null without it
 * @param message the header {@code ResponseMessage}, in which container desktops explain themselves; null without it
 * @param date the header {@code Date}, which is the server's own clock; null without it
 * @param server the header {@code Server}; null without it
 * @param times how often in a row this status was the answer
 * @param then what came in place of an answer after it; empty for nothing
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

    /** The same, given after this one to the same request; null for the first. */
    HttpResponse after(@Nullable HttpResponse last) {
        return last == null || last.status != status ? this : with(last.times + 1, "");
    }

    /** The same, as the last word of a server that fell silent. */
    public HttpResponse before(IOException e, long waitedMillis) {
        return with(times, ", then " + NoAnswer.inPlace(e, waitedMillis));
    }

    private HttpResponse with(int times, String then) {
        return new HttpResponse(status, body, retryAfter, challenge, message, date, server, times, then);
    }

    /** The status as the beginning of a sentence, such as {@code HTTP 429 three times, then nothing within 2.0 s}. */
    public String describe(String words) {
        if (then.isEmpty()) {
            return "HTTP " + status + (words.isEmpty() ? "" : " " + words);
        }
        String line = "HTTP " + status + TIMES[Math.min(times, TIMES.length - 1)] + then;
        return words.isEmpty() ? line : line + ": " + words;
    }

    /** What an answer without a token is. */
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
