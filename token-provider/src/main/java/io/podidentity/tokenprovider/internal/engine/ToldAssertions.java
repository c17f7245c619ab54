package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.internal.application.RequiredToken;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import io.podidentity.tokenprovider.internal.text.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tells listeners of each assertion of a source that keeps none. */
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
            AccessToken assertion = withExpiry(RequiredToken.of(source, request, "assertion"));
            publisher.supplied(told, since(start), assertion, null);
            return new Acquired(assertion);
        } catch (TokenAcquisitionException e) {
            publisher.supplied(told, since(start), null, e);
            throw e;
        }
    }

    private static Duration since(long start) {
        return Duration.ofNanos(Time.SYSTEM.nanos() - start);
    }

    /** Who exchanges an assertion need not know when it expires; who watches it does. */
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
