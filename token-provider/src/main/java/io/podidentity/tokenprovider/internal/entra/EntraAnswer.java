package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What Entra ID answered to a proof: a token, or a failure.
 *
 * @param aadsts the number after AADSTS of a failure; 0 without one
 */
public record EntraAnswer(
        @Nullable AccessToken token, @Nullable TokenAcquisitionException failure, int aadsts) {
    /** Whether the certificate that signed the proof is not, or no longer, the application's. */
    public boolean blamesCertificate() {
        return aadsts == 700027 || aadsts == 1000502;
    }

    AccessToken orThrow() {
        if (token != null) {
            return token;
        }
        throw Objects.requireNonNull(failure);
    }
}
