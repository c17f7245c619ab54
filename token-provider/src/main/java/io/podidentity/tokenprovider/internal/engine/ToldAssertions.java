// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.application.RequiredToken;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Tells listeners of each assertion that a source supplies. Such a source keeps no assertion. */
final class ToldAssertions implements TokenSource {
    private final TokenSource source;
    private final EventPublisher publisher;

    ToldAssertions(TokenSource source, EventPublisher publisher) {
        this.source = source;
        this.publisher = publisher;
    }

    @Override
    public String name() {
        return source.name();
    }

    @Override
    public Outcome acquire(TokenRequest request) throws InterruptedException {
        TokenRequest told = TokenRequest.forResource(request.resource());
        long start = Time.SYSTEM.nanos();
        try {
            AccessToken assertion = withExpiry(RequiredToken.acquire(source, request, "assertion"));
            publisher.publishAssertion(told, timeSince(start), assertion, null);
            return new Acquired(assertion);
        } catch (TokenAcquisitionException e) {
            publisher.publishAssertion(told, timeSince(start), null, e);
            throw e;
        }
    }

    private static Duration timeSince(long start) {
        return Duration.ofNanos(Time.SYSTEM.nanos() - start);
    }

    /** Reads the expiry out of an assertion. Its exchange does not need the expiry, but a listener wants to see it. */
    private static AccessToken withExpiry(AccessToken assertion) {
        Map<String, @Nullable Object> claims = JwtReader.claims(assertion.value());
        if (claims == null || !(claims.get("exp") instanceof Number expires)) {
            return assertion;
        }
        return AccessToken.bearer(
                assertion.value(),
                assertion.resource(),
                Instant.ofEpochSecond(expires.longValue()),
                null,
                assertion.source());
    }
}
