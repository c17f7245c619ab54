package io.podidentity.tokenprovider.internal.engine;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.http.TokenResponse;
import java.time.Instant;

/** Checks each token where it enters, whoever got it, so that none is handed out that no resource can accept. */
final class TokenCheck {
    private TokenCheck() {}

    /**
     * Makes sure that a token can be sent in a header and has not expired.
     *
     * @param source the source's name
     * @throws TokenAcquisitionException if not
     */
    static void require(AccessToken token, String source, long nowMillis) {
        if (!TokenResponse.canBeSent(token.value()) || !TokenResponse.canBeSent(token.tokenType())) {
            throw invalid(source + " answered with a token that has a character which no header takes");
        }
        if (token.expiresOn().compareTo(Instant.ofEpochMilli(nowMillis)) <= 0) {
            throw invalid(source + " answered with a token that expired at " + token.expiresOn());
        }
    }

    private static TokenAcquisitionException invalid(String reason) {
        return new TokenAcquisitionException(
                Code.INVALID_RESPONSE, reason, "Compare this machine's clock, and check what answers there.", null);
    }
}
