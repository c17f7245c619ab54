// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.http;

import java.util.List;

/**
 * A step on a request's way to an endpoint: it answers itself, or lets the next one answer. Must be thread-safe.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface RequestFilter {

    /**
     * Answers one request.
     *
     * @param next answers if this step does not
     */
    Answer filter(Request request, Endpoint next);

    /** The endpoint that requests reach through these steps, in the order of the list. */
    static Endpoint chain(List<RequestFilter> filters, Endpoint last) {
        Endpoint chain = last;
        for (int i = filters.size() - 1; i >= 0; i--) {
            chain = before(chain, filters.get(i));
        }
        return chain;
    }

    private static Endpoint before(Endpoint next, RequestFilter filter) {
        return request -> filter.filter(request, next);
    }
}
