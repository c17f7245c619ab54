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
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;

/**
 * Signs tokens that registries accept: each token carries the certificate of its key, which the emulator's CA signed,
 * and a registry has that CA as its {@code rootcertbundle}. Thread-safe; shows nothing in its text.
 */
final class RegistryKey {

    /** What a registry expects as {@code iss}; ACR's own value. */
    static final String ISSUER = "Azure Container Registry";

    private final List<Base64> chain;
    private final ECDSASigner signer;

    private RegistryKey(List<Base64> chain, ECDSASigner signer) {
        this.chain = chain;
        this.signer = signer;
    }

    static RegistryKey create(CertificateAuthority authority) {
        try {
            KeyPair keys = CertificateAuthority.newKeys();
            Base64 certificate = Base64.encode(authority.certify(keys).getEncoded());
            return new RegistryKey(List.of(certificate), new ECDSASigner((ECPrivateKey) keys.getPrivate()));
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("This JDK cannot make a key for registries", e);
        }
    }

    String sign(JWTClaimsSet claims, Instant now, Duration life) {
        try {
            var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .x509CertChain(chain)
                    .build();
            var dated = new JWTClaimsSet.Builder(claims)
                    .issueTime(Date.from(now))
                    .notBeforeTime(Date.from(now))
                    .expirationTime(Date.from(now.plus(life)))
                    .jwtID(UUID.randomUUID().toString())
                    .build();
            var token = new SignedJWT(header, dated);
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("Cannot sign a token", e);
        }
    }
}
