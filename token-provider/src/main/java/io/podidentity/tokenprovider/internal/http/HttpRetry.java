package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;

/**
 * Sends a request until it is answered for good, or its schedule or the deadline says enough. An answer is never
 * forgotten, whole or broken: silence after a whole one is told with it, and silence after a broken one does not
 * replace it.
 */
public final class HttpRetry {
    private static final int MARGIN = 10;

    private final HttpTransport http;
    private final Time time;

    public HttpRetry(HttpTransport http, Time time) {
        this.http = http;
        this.time = time;
    }

    /**
     * Sends a request and, where the schedule says so, sends it again.
     *
     * @param deadline the last moment, as {@link Time#nanos} counts
     * @return the last answer, whatever its status and whatever came after it
     * @throws IOException if there was no whole answer to any try: the last broken one, else why there was none
     */
    public HttpResponse send(HttpRequest request, RetrySchedule schedule, long deadline)
            throws IOException, InterruptedException {
        return send(request, schedule, deadline, deadline);
    }

    /**
     * The same, where a server that never answered is waited for a shorter time than one that did.
     *
     * @param patience the last moment to go without any answer
     */
    public HttpResponse send(HttpRequest request, RetrySchedule schedule, long deadline, long patience)
            throws IOException, InterruptedException {
        HttpResponse heard = null;
        IOException broken = null;
        long silentSince = time.nanos();
        // Whoever was heard, be it one byte, is quoted before the callers go.
        long margin = Math.max(0, deadline - silentSince) / MARGIN;
        long limit = patience - (deadline - margin) < 0 ? patience : deadline - margin;
        boolean silent = true;
        while (true) {
            long start = time.nanos();
            long end = limit - start > 0 ? limit : deadline;
            long leftMillis = Math.max(1, (end - start) / 1_000_000);
            HttpRequest limited = request.within((int) Math.min(leftMillis, request.totalMillis()));
            long wait;
            try {
                heard = http.sendUnlessBusy(limited, time).after(heard);
                limit = deadline - margin;
                silent = false;
                wait = schedule.afterAnswer(heard);
                if (wait < 0 || tooLate(deadline, wait)) {
                    return heard;
                }
            } catch (IOException e) {
                silentSince = silent ? silentSince : start;
                silent = true;
                if (e instanceof BrokenAnswerException) {
                    broken = e;
                    limit = deadline - margin;
                }
                wait = schedule.afterFailure(e);
                if (wait < 0 || tooLate(limit, wait)) {
                    if (heard == null) {
                        throw broken == null ? e : broken;
                    }
                    return heard.before(e, (time.nanos() - silentSince) / 1_000_000);
                }
            }
            time.sleep(wait * 1_000_000);
        }
    }

    private boolean tooLate(long deadline, long waitMillis) {
        return deadline - time.nanos() <= waitMillis * 1_000_000;
    }
}
