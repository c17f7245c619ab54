package io.podidentity.tokenprovider.spring;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** A source that answers from memory, counts its calls, and can be made to fail. */
final class FakeSource implements TokenSource {
    static final String TOKEN = "eyJ0eXAi.c2VjcmV0LXBheWxvYWQ.c2lnbmF0dXJl";
    static final Instant EXPIRES = Instant.parse("2099-01-01T00:00:00Z");
    static final Principal APP =
            Principal.app("app-id").withObjectId("object-id").withTenantId("tenant-id");

    final AtomicInteger calls = new AtomicInteger();
    private final boolean fails;

    private FakeSource(boolean fails) {
        this.fails = fails;
    }

    static FakeSource withToken() {
        return new FakeSource(false);
    }

    static FakeSource refused() {
        return new FakeSource(true);
    }

    @Override
    public Outcome acquire(TokenRequest request) {
        calls.incrementAndGet();
        if (fails) {
            throw new TokenAcquisitionException(
                    TokenAcquisitionException.Code.REFUSED, "the fake refused", "Be kinder to the fake.", null);
        }
        return new Acquired(new AccessToken(TOKEN, request.resource(), "Bearer", EXPIRES, null, APP, name()));
    }

    @Override
    public String name() {
        return "Fake";
    }
}
