// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.http;

import io.podidentity.tokenprovider.internal.Nullable;
import java.util.Map;

/**
 * Remembers that an endpoint answered with {@code Retry-After}, and keeps all requests from it until then. Tokens for a
 * hundred resources are a hundred requests to one endpoint, so one wait holds for all of them. A request that comes too
 * early is not sent: its answer is the remembered one, with the rest of the wait. After the wait one request goes
 * first, and the others follow a second later. Requests that were on their way before the wait are not held back.
 *
 * <p>An endpoint is an address without its query, because IMDS and the other managed identity hosts count the requests
 * of a machine, whichever identity they name. Entra ID counts the requests of an application in a tenant, so the client
 * ID in a form is part of the endpoint too. Each provider with settings of its own has its own memory.
 *
 * <p><i>Thread-safety:</i> safe for use by several threads. Moments are those of the caller's steady clock, in
 * nanoseconds.
 */
final class EndpointBackoff {
    private static final String CLIENT_ID = "client_id=";
    private static final long SECOND = 1_000_000_000L;

    private final HttpResponse answer;
    /** Until when no request is sent. Guarded by this. */
    private long end;

    private EndpointBackoff(HttpResponse answer, long end) {
        this.answer = answer;
        this.end = end;
    }

    /** Remembers the wait that an answer asks for. An answer without a wait ends the one before. */
    static void noteAnswer(Map<String, EndpointBackoff> known, HttpRequest request, HttpResponse answer, long now) {
        long wait = RetryAfter.millis(answer);
        boolean isBusy = answer.status() == 429 || answer.status() >= 500;
        if (isBusy && wait > 0) {
            known.put(endpointOf(request), new EndpointBackoff(answer, now + wait * 1_000_000));
        } else {
            known.remove(endpointOf(request));
        }
    }

    /** The answer to a request that comes before the end of the wait; null if the request is to be sent. */
    synchronized @Nullable HttpResponse answerWithin(long now) {
        long left = end - now;
        if (left <= 0) {
            // This request goes first. The others wait for a second, within which its answer shows what holds now.
            end = now + SECOND;
            return null;
        }
        return answer.withRetryAfter(Long.toString((left + SECOND - 1) / SECOND));
    }

    static String endpointOf(HttpRequest request) {
        String address = request.urlWithoutQuery();
        String form = request.form();
        if (form == null) {
            return address;
        }
        int start = form.indexOf(CLIENT_ID);
        if (start < 0) {
            return address;
        }
        int end = form.indexOf('&', start);
        if (end < 0) {
            end = form.length();
        }
        return address.concat(form.substring(start, end));
    }
}
