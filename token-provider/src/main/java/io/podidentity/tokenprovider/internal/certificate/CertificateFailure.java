package io.podidentity.tokenprovider.internal.certificate;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;

/** Says why a file contains no certificate that Entra ID accepts, without showing anything of the file. */
final class CertificateFailure {
    static final String RSA_REMEDY =
            "Entra ID accepts RSA keys only. Create one with 'openssl req -x509 -newkey rsa:2048'.";

    private CertificateFailure() {}

    /**
     * @param origin where the certificate comes from
     * @param problem what is wrong, worded to follow the origin
     */
    static TokenAcquisitionException of(String origin, String problem, String remedy) {
        return new TokenAcquisitionException(Code.INVALID_CONFIGURATION, origin + " " + problem, remedy, null);
    }

    static TokenAcquisitionException withoutRsaKey(String origin) {
        return of(origin, "has a private key that is not an RSA key", RSA_REMEDY);
    }
}
