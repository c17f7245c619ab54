package io.podidentity.emulator.token;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.Optional;

/**
 * Reads access tokens that this emulator signed. Looks at the signature alone; time and audience are for the caller.
 */
public final class AccessTokenReader {

    private final SigningKey key;

    public AccessTokenReader(SigningKey key) {
        this.key = key;
    }

    /** Returns the claims, or empty if it is not a JWT, or this emulator did not sign it */
    public Optional<JWTClaimsSet> read(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            return key.signed(jwt) ? Optional.of(jwt.getJWTClaimsSet()) : Optional.empty();
        } catch (ParseException notAToken) {
            return Optional.empty();
        }
    }
}
