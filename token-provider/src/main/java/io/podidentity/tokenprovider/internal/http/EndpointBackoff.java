package io.podidentity.tokenprovider.internal.http;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which endpoints said {@code Retry-After}, so that each is left alone until then, whatever is asked for:
 * tokens for a hundred resources are requests to one endpoint. Who asks too early is given the answer that said so,
 * with what is left of the wait, and no request is sent. When the time is over one request goes first, and the others a
 * second later if it was answered.
 *
 * <p>An endpoint is an address without its query: IMDS and the other managed identity hosts count the requests of a
 * machine, whichever identity they name; Entra ID counts those of an application in a tenant, so of a form the client ID
 * belongs to it too. Each provider with settings of its own finds out for itself.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. Moments are those of the caller's steady clock, in
 * nanoseconds.
 */
final class EndpointBackoff {
    private static final String CLIENT_ID = "client_id=";
    /** How long the others wait for the first request after the wait. */
    private static final long TRIAL_NANOS = 1_000_000_000L;
    /** A server that wants more is mistaken. */
    private static final long MAX_MILLIS = 3_600_000;

    /** What an endpoint answered, and until when it is left alone. */
    private record Busy(HttpResponse answer, long end) {}

    /** Guarded by this. */
    private final Map<String, Busy> busy = new HashMap<>();

    /** What to give in place of asking now; null to ask. */
    synchronized @Nullable HttpResponse answer(HttpRequest request, long now) {
        String endpoint = endpoint(request);
        Busy known = busy.get(endpoint);
        if (known == null) {
            return null;
        }
        long left = known.end - now;
        if (left <= 0) {
            busy.put(endpoint, new Busy(known.answer, now + TRIAL_NANOS));
            return null;
        }
        return known.answer.withRetryAfter(Long.toString((left + 999_999_999L) / 1_000_000_000L));
    }

    /** Keeps what an answer says of the next requests to its endpoint. */
    synchronized void note(HttpRequest request, HttpResponse answer, long now) {
        long wait = Math.min(RetryAfter.millis(answer.retryAfter()), MAX_MILLIS);
        boolean isBusy = wait > 0 && (answer.status() == 429 || answer.status() >= 500);
        if (isBusy) {
            busy.put(endpoint(request), new Busy(answer, now + wait * 1_000_000));
        } else {
            busy.remove(endpoint(request));
        }
    }

    private static String endpoint(HttpRequest request) {
        String url = request.url();
        int query = url.indexOf('?');
        String address = query < 0 ? url : url.substring(0, query);
        String form = request.form();
        int client = form == null ? -1 : form.indexOf(CLIENT_ID);
        if (form == null || client < 0) {
            return address;
        }
        int end = form.indexOf('&', client);
        return address + ' ' + form.substring(client, end < 0 ? form.length() : end);
    }
}
