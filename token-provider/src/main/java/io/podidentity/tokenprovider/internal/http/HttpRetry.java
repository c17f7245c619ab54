// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;

/**
 * Sends a request again until there is a final answer, or until the schedule or the deadline ends it. An answer is
 * never forgotten. If silence follows an answer, the result is that answer with a note about the silence. If silence
 * follows a broken answer, the result is the broken answer.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads.
 */
public final class HttpRetry {
    /** One of so many parts of the time is kept, so that callers learn of an answer before their deadline. */
    private static final int MARGIN = 10;

    private final HttpTransport http;
    private final Time time;

    public HttpRetry(HttpTransport http, Time time) {
        this.http = http;
        this.time = time;
    }

    /**
     * Sends a request, and sends it again if the schedule says so.
     *
     * @param deadline the last moment, as {@link Time#nanos} counts
     * @return the last answer, whatever its status and whatever came after it
     * @throws IOException if no try had a whole answer: the last broken answer, or the reason for the silence
     */
    public HttpResponse send(HttpRequest request, RetrySchedule schedule, long deadline)
            throws IOException, InterruptedException {
        return send(request, schedule, deadline, deadline);
    }

    /**
     * The same with less time for a server that does not answer at all.
     *
     * @param silentUntil until when a server may be silent, as {@link Time#nanos} counts
     */
    public HttpResponse send(HttpRequest request, RetrySchedule schedule, long deadline, long silentUntil)
            throws IOException, InterruptedException {
        HttpResponse heard = null;
        IOException broken = null;
        long silentSince = time.nanos();
        // The end for a server that has sent anything, be it one byte.
        long heardUntil = deadline - Math.max(0, deadline - silentSince) / MARGIN;
        long limit = earlier(silentUntil, heardUntil);
        boolean silent = true;
        while (true) {
            long start = time.nanos();
            HttpRequest limited = limitTime(request, start, limit, deadline);
            long wait;
            try {
                heard = http.sendUnlessBusy(limited, time).after(heard);
                limit = heardUntil;
                silent = false;
                wait = schedule.afterAnswer(heard);
                if (wait < 0 || isTooLate(deadline, wait)) {
                    return heard;
                }
            } catch (IOException e) {
                if (!silent) {
                    silentSince = start;
                }
                silent = true;
                if (e instanceof BrokenAnswerException) {
                    broken = e;
                    limit = heardUntil;
                }
                wait = schedule.afterFailure(e);
                if (wait < 0 || isTooLate(limit, wait)) {
                    return lastAnswer(heard, broken, e, silentSince);
                }
            }
            time.sleep(wait * 1_000_000);
        }
    }

    private static long earlier(long one, long other) {
        if (one - other < 0) {
            return one;
        }
        return other;
    }

    /** The request with the time that is left until the limit, or until the deadline if the limit has passed. */
    private static HttpRequest limitTime(HttpRequest request, long now, long limit, long deadline) {
        long end = limit;
        if (limit - now <= 0) {
            end = deadline;
        }
        long leftMillis = Math.max(1, (end - now) / 1_000_000);
        return request.withTotalMillis((int) Math.min(leftMillis, request.totalMillis()));
    }

    /** The answer that came before the silence; throws if there was none. */
    private HttpResponse lastAnswer(
            @Nullable HttpResponse heard, @Nullable IOException broken, IOException e, long silentSince)
            throws IOException {
        if (heard != null) {
            return heard.before(e, (time.nanos() - silentSince) / 1_000_000);
        }
        if (broken != null) {
            throw broken;
        }
        throw e;
    }

    private boolean isTooLate(long deadline, long waitMillis) {
        return deadline - time.nanos() <= waitMillis * 1_000_000;
    }
}
