package io.podidentity.podid.serve.registry;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.podidentity.emulator.tls.CertificateAuthority;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.util.List;

/**
 * Signs tokens that registries accept: each token carries the certificate of its key, which the emulator's CA signed,
 * and a registry has that CA as its {@code rootcertbundle}. Thread-safe; shows nothing in its text.
 */
final class RegistryKey {

    private final JWSHeader header;
    private final ECDSASigner signer;

    RegistryKey(CertificateAuthority authority) {
        try {
            KeyPair keys = CertificateAuthority.newKeys();
            this.header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .x509CertChain(List.of(Base64.encode(authority.certify(keys).getEncoded())))
                    .build();
            this.signer = new ECDSASigner((ECPrivateKey) keys.getPrivate());
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("This JDK cannot make a key for registries", e);
        }
    }

    String sign(JWTClaimsSet claims) {
        try {
            var token = new SignedJWT(header, claims);
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("Cannot sign a token", e);
        }
    }
}
