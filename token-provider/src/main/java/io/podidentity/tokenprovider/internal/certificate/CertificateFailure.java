package io.podidentity.tokenprovider.internal.certificate;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;

/** Says why a file holds no certificate that Entra ID takes, and shows nothing of it. */
final class CertificateFailure {
    static final String RSA_REMEDY = "Entra ID takes RSA keys only: 'openssl req -x509 -newkey rsa:2048'.";

    private CertificateFailure() {}

    /**
     * @param origin where the certificate is from
     * @param problem what is wrong, to follow the origin
     */
    static TokenAcquisitionException of(String origin, String problem, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, origin + " " + problem, remedy, null);
    }

    static TokenAcquisitionException withoutRsaKey(String origin) {
        return of(origin, "has a private key of another kind than RSA", RSA_REMEDY);
    }
}
