package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.TokenSource.Unavailable;

/** Asks a source for the token that another source needs and has nobody else to ask for. */
public final class RequiredToken {
    private RequiredToken() {}

    public static AccessToken of(TokenSource source, TokenRequest request, String what) throws InterruptedException {
        TokenSource.Outcome outcome = source.acquire(request);
        if (outcome instanceof Acquired acquired) {
            return acquired.token();
        }
        boolean silent = outcome instanceof Silent;
        throw new TokenAcquisitionException(
                silent ? Code.SERVICE_UNAVAILABLE : Code.NO_SOURCE_AVAILABLE,
                "no " + what + " from " + source.name() + ": "
                        + (silent ? ((Silent) outcome).reason() : ((Unavailable) outcome).reason()),
                silent ? ((Silent) outcome).remedy() : ((Unavailable) outcome).remedy());
    }
}
