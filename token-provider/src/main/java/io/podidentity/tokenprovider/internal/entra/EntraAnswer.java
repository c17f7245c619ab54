package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.TokenAcquisitionException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What Entra ID answered to a proof: a token, or a failure and its number. */
public final class EntraAnswer {
    private final @Nullable AccessToken token;
    private final @Nullable TokenAcquisitionException failure;
    private final int aadsts;

    EntraAnswer(AccessToken token) {
        this.token = token;
        this.failure = null;
        this.aadsts = 0;
    }

    /**
     * @param aadsts the number after AADSTS; 0 without one
     */
    EntraAnswer(TokenAcquisitionException failure, int aadsts) {
        this.token = null;
        this.failure = failure;
        this.aadsts = aadsts;
    }

    /** Whether it is a failure of this number. */
    public boolean isFailure(int aadsts) {
        return this.aadsts == aadsts;
    }

    /** Whether the certificate that signed the proof is not, or no longer, the application's. */
    public boolean blamesCertificate() {
        return aadsts == 700027 || aadsts == 1000502;
    }

    /**
     * The token.
     *
     * @throws TokenAcquisitionException if there is none
     */
    AccessToken token() {
        if (token != null) {
            return token;
        }
        throw Objects.requireNonNull(failure);
    }
}
