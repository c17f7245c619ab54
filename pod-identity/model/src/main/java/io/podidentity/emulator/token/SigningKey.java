// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.math.BigInteger;
import java.security.PublicKey;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An RSA key that signs tokens; lives in memory, unless somebody keeps its text. This JVM makes one for Entra ID and
 * one for clusters, since making one takes longer than everything else at the start of an emulator. Thread-safe; shows
 * nothing in its text.
 *
 * @since 0.1.0
 */
public final class SigningKey {

    private final RSAKey key;
    private final RSASSAVerifier verifier;
    /** Empty for a key that cannot sign one. */
    private final Optional<KeyCertificate> certificate;

    private SigningKey(RSAKey key) {
        try {
            this.key = key;
            this.verifier = new RSASSAVerifier(key);
            this.certificate = key.isPrivate() ? Optional.of(KeyCertificate.of(key.toKeyPair())) : Optional.empty();
        } catch (JOSEException e) {
            throw new IllegalStateException("Not an RSA key", e);
        }
    }

    /** The key of Entra ID: like the real one's, it signs for all tenants, which the issuer tells apart. */
    public static SigningKey ofEntra() {
        return OfEntra.KEY;
    }

    /** The key of every cluster's issuer; the issuer's URL tells the clusters apart. */
    public static SigningKey ofClusters() {
        return OfClusters.KEY;
    }

    /** A new one, for a tenant that has a key of its own. */
    public static SigningKey create() {
        try {
            return new SigningKey(new RSAKeyGenerator(2048)
                    .keyUse(KeyUse.SIGNATURE)
                    .keyIDFromThumbprint(true)
                    .generate());
        } catch (JOSEException e) {
            throw new IllegalStateException("This JDK cannot make an RSA key", e);
        }
    }

    /**
     * The key that {@link #jwk} was of.
     *
     * @throws IllegalArgumentException if it is no RSA key with its private part
     */
    public static SigningKey read(String jwk) {
        try {
            RSAKey key = RSAKey.parse(jwk);
            if (!key.isPrivate()) {
                throw new JOSEException("The private part is missing");
            }
            return new SigningKey(key);
        } catch (ParseException | JOSEException e) {
            throw new IllegalArgumentException("This is no RSA key that can sign", e);
        }
    }

    /** The key with its private part as a JSON Web Key, for whoever keeps it. */
    public String jwk() {
        return key.toJSONString();
    }

    /** Without a private part, for tokens that nobody will ever see: their signatures would be most of the work. */
    public static SigningKey ofNobody() {
        var modulus = Base64URL.encode(BigInteger.ONE.shiftLeft(2047).add(BigInteger.ONE));
        return new SigningKey(new RSAKey.Builder(modulus, Base64URL.encode(BigInteger.valueOf(65537)))
                .keyID("nobody")
                .build());
    }

    public Map<String, Object> publicKeys() {
        return new JWKSet(key).toJSONObject(true);
    }

    /** The public part as a JSON Web Key with a certificate, as Entra ID publishes its keys. */
    @SuppressWarnings("deprecation") // Entra ID names certificates by this digest
    Map<String, Object> certifiedKey() {
        return certificate
                .map(certified -> new RSAKey.Builder(key)
                        .x509CertChain(List.of(Base64.encode(certified.encoded())))
                        .x509CertThumbprint(certified.thumbprint())
                        .build())
                .orElse(key)
                .toPublicJWK()
                .toJSONObject();
    }

    public PublicKey publicKey() {
        try {
            return key.toPublicKey();
        } catch (JOSEException e) {
            throw new IllegalStateException("Not an RSA key", e);
        }
    }

    public String sign(Map<String, Object> claims) {
        try {
            return sign(header().build(), claims);
        } catch (JOSEException e) {
            throw new IllegalStateException("Cannot sign a token", e);
        }
    }

    /** The same with the thumbprint of the certificate in the header, as Entra ID's tokens have it. */
    @SuppressWarnings("deprecation") // as in certifiedKey
    String signCertified(Map<String, Object> claims) {
        JWSHeader.Builder header = header();
        certificate.ifPresent(certified -> header.x509CertThumbprint(certified.thumbprint()));
        try {
            return sign(header.build(), claims);
        } catch (JOSEException e) {
            throw new IllegalStateException("Cannot sign a token", e);
        }
    }

    private JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(key.getKeyID());
    }

    private String sign(JWSHeader header, Map<String, Object> claims) throws JOSEException {
        var token = new JWSObject(header, new Payload(claims));
        if (!key.isPrivate()) {
            return new String(token.getSigningInput(), US_ASCII) + "." + Base64URL.encode("not signed");
        }
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    /** The claims of a token that this key has signed; time and audience are for the caller. Empty for other texts. */
    public Optional<JWTClaimsSet> verify(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            boolean signed = JWSAlgorithm.RS256.equals(jwt.getHeader().getAlgorithm()) && jwt.verify(verifier);
            return signed ? Optional.of(jwt.getJWTClaimsSet()) : Optional.empty();
        } catch (ParseException | JOSEException notAToken) {
            return Optional.empty();
        }
    }

    private static final class OfEntra {
        static final SigningKey KEY = create();

        private OfEntra() {}
    }

    private static final class OfClusters {
        static final SigningKey KEY = create();

        private OfClusters() {}
    }
}
