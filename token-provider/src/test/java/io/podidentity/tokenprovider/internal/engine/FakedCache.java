// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.support.FakeTime;
import java.time.Duration;
import java.util.List;

/** A cache for tests of other packages: over one source, asked on the calling thread, with a time of the test's own. */
public final class FakedCache {
    private FakedCache() {}

    public static TokenCache of(TokenSource source, FakeTime time) {
        return new TokenCache(
                new TokenSourceChain(List.of(source), time, null, false), Runnable::run, time, Duration.ofSeconds(5));
    }
}
