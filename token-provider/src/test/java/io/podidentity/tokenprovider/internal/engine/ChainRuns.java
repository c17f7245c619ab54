// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.internal.text.Time;

/** Runs of a chain as a request makes them, for tests without a slot. */
final class ChainRuns {
    private ChainRuns() {}

    /** A run that has the time of its request, and keeps no interval. */
    static ChainRun of(TokenSourceChain chain, TokenRequest request, Time time) {
        long deadline = time.nanos() + request.deadline().orElseThrow().toNanos();
        return chain.newRun(request, deadline, false);
    }
}
