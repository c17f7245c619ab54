package io.podidentity.tokenprovider.internal.http;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Remembers that an endpoint said {@code Retry-After}, so that it is left alone until then, whatever is asked for:
 * tokens for a hundred resources are requests to one endpoint. Who asks too early is given the answer that said so,
 * with what is left of the wait, and no request is sent. When the time is over one request goes first, and the others a
 * second later if it was answered. Requests that were sent before the wait was heard are not held back.
 *
 * <p>An endpoint is an address without its query: IMDS and the other managed identity hosts count the requests of a
 * machine, whichever identity they name; Entra ID counts those of an application in a tenant, so of a form the client
 * ID belongs to it too. Each provider with settings of its own finds out for itself.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. Moments are those of the caller's steady clock, in
 * nanoseconds.
 */
final class EndpointBackoff {
    private static final String CLIENT_ID = "client_id=";
    private static final long SECOND = 1_000_000_000L;
    /** A server that wants more is mistaken. */
    private static final long MAX_MILLIS = 3_600_000;

    private final HttpResponse answer;
    /** Guarded by this. */
    private long end;

    private EndpointBackoff(HttpResponse answer, long end) {
        this.answer = answer;
        this.end = end;
    }

    static void note(Map<String, EndpointBackoff> known, HttpRequest request, HttpResponse answer, long now) {
        long wait = Math.min(RetryAfter.millis(answer.retryAfter()), MAX_MILLIS);
        if (wait > 0 && (answer.status() == 429 || answer.status() >= 500)) {
            known.put(endpoint(request), new EndpointBackoff(answer, now + wait * 1_000_000));
        } else {
            known.remove(endpoint(request));
        }
    }

    /** What to give in place of asking now; null to ask. */
    synchronized @Nullable HttpResponse answer(long now) {
        long left = end - now;
        if (left <= 0) {
            end = now + SECOND;
            return null;
        }
        return answer.withRetryAfter(Long.toString((left + SECOND - 1) / SECOND));
    }

    static String endpoint(HttpRequest request) {
        String address = request.url();
        int query = address.indexOf('?');
        address = query < 0 ? address : address.substring(0, query);
        String form = request.form();
        int client = form == null ? -1 : form.indexOf(CLIENT_ID);
        if (form == null || client < 0) {
            return address;
        }
        int end = form.indexOf('&', client);
        return address.concat(form.substring(client, end < 0 ? form.length() : end));
    }
}
