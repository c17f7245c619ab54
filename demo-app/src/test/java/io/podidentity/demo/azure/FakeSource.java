// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.azure;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import org.jspecify.annotations.Nullable;

/** A source that always gives the same outcome, from memory. */
final class FakeSource implements TokenSource {
    private final @Nullable Principal principal;
    private final String caveat;

    private FakeSource(@Nullable Principal principal, String caveat) {
        this.principal = principal;
        this.caveat = caveat;
    }

    static FakeSource of(Principal principal) {
        return new FakeSource(principal, "");
    }

    /** A pod that is its node. */
    static FakeSource ofNode(Principal principal) {
        return new FakeSource(principal, "this is the identity of the node, which every pod on it can use");
    }

    /** An identity that nobody can compare with the one that was asked for. */
    static FakeSource ofUnverified(Principal principal) {
        return new FakeSource(
                principal, "not verified: neither the answer nor the token says that it is of client ID a");
    }

    static FakeSource refused() {
        return new FakeSource(null, "");
    }

    /** Behaves like az when nobody is logged in. */
    static TokenSource unavailable() {
        return new TokenSource() {
            @Override
            public Outcome acquire(TokenRequest request) {
                return new Unavailable("nobody is logged in to the fake", "Run 'fake login'.");
            }

            @Override
            public String name() {
                return "Fake CLI";
            }
        };
    }

    @Override
    public Outcome acquire(TokenRequest request) {
        if (principal == null) {
            throw new TokenAcquisitionException(
                    TokenAcquisitionException.Code.REFUSED,
                    "the fake refused <b>everybody</b>",
                    "Run 'fake assign --to pod'.",
                    null);
        }
        return new Acquired(
                new AccessToken(
                        FakeAzure.TOKEN,
                        request.resource(),
                        "Bearer",
                        FakeAzure.EXPIRES,
                        FakeAzure.REFRESH,
                        principal,
                        name()),
                caveat);
    }

    @Override
    public String name() {
        return "Fake metadata service";
    }
}
