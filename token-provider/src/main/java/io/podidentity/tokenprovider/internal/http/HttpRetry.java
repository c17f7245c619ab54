package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.text.Time;
import java.io.IOException;

/** Sends a request until it is answered for good, or its schedule or the deadline says enough. */
public final class HttpRetry {
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
     * @return the last answer, whatever its status
     * @throws IOException if there was no answer to the last try
     */
    public HttpResponse send(HttpRequest request, RetrySchedule schedule, long deadline)
            throws IOException, InterruptedException {
        return send(request, schedule, deadline, deadline);
    }

    /**
     * The same, where silence is put up with for a shorter time than answers which ask for patience.
     *
     * @param patience the last moment to go without any answer
     */
    public HttpResponse send(HttpRequest request, RetrySchedule schedule, long deadline, long patience)
            throws IOException, InterruptedException {
        while (true) {
            long end = patience - time.nanos() > 0 ? patience : deadline;
            long leftMillis = Math.max(1, (end - time.nanos()) / 1_000_000);
            HttpRequest limited = request.within((int) Math.min(leftMillis, request.totalMillis()));
            long wait;
            try {
                HttpResponse response = http.sendUnlessBusy(limited, time);
                wait = schedule.afterAnswer(response);
                if (wait < 0 || tooLate(deadline, wait)) {
                    return response;
                }
            } catch (IOException e) {
                wait = schedule.afterFailure(e);
                if (wait < 0 || tooLate(patience, wait)) {
                    throw e;
                }
            }
            time.sleep(wait * 1_000_000);
        }
    }

    private boolean tooLate(long deadline, long waitMillis) {
        return deadline - time.nanos() <= waitMillis * 1_000_000;
    }
}
