// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.application;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.TokenRequest;
import io.podidentity.tokenprovider.TokenSource;
import io.podidentity.tokenprovider.TokenSource.Acquired;
import io.podidentity.tokenprovider.TokenSource.Silent;
import io.podidentity.tokenprovider.TokenSource.Unavailable;

/** Asks a source for a token that another source needs, with no other source to try. */
public final class RequiredToken {
    private RequiredToken() {}

    public static AccessToken acquire(TokenSource source, TokenRequest request, String what)
            throws InterruptedException {
        TokenSource.Outcome outcome = source.acquire(request);
        if (outcome instanceof Acquired acquired) {
            return acquired.token();
        }
        String none = "no " + what + " from " + source.name() + ": ";
        if (outcome instanceof Silent silent) {
            throw new TokenAcquisitionException(Code.SERVICE_UNAVAILABLE, none + silent.reason(), silent.remedy());
        }
        Unavailable unavailable = (Unavailable) outcome;
        throw new TokenAcquisitionException(
                Code.NO_SOURCE_AVAILABLE, none + unavailable.reason(), unavailable.remedy());
    }
}
