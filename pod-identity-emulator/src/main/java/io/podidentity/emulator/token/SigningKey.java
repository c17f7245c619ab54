package io.podidentity.emulator.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jca.JCAContext;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.text.ParseException;
import java.util.Map;
import java.util.Set;

/**
 * An RSA key that signs tokens; lives in memory, unless somebody keeps its text. This JVM makes one for Entra ID and
 * one for clusters, since making one takes longer than everything else at the start of an emulator. Thread-safe; shows
 * nothing in its text.
 */
public final class SigningKey {

    private final RSAKey key;
    private final JWSSigner signer;
    private final RSASSAVerifier verifier;

    private SigningKey(RSAKey key, JWSSigner signer) throws JOSEException {
        this.key = key;
        this.signer = signer;
        this.verifier = new RSASSAVerifier(key);
    }

    /** The key of Entra ID: like the real one's, it signs for all tenants, which the issuer tells apart. */
    public static SigningKey ofEntra() {
        return OfEntra.KEY;
    }

    /** The key of every cluster's issuer; the issuer's URL tells the clusters apart. */
    public static SigningKey ofClusters() {
        return OfClusters.KEY;
    }

    private static SigningKey create() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            RSAKey key = new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                    .privateKey(pair.getPrivate())
                    .keyUse(KeyUse.SIGNATURE)
                    .keyIDFromThumbprint()
                    .build();
            return new SigningKey(key, new RSASSASigner(key));
        } catch (NoSuchAlgorithmException | JOSEException e) {
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
            return new SigningKey(key, new RSASSASigner(key));
        } catch (ParseException | JOSEException e) {
            throw new IllegalArgumentException("This is no RSA key that can sign", e);
        }
    }

    /** The key with its private part as a JSON Web Key, for whoever keeps it. */
    public String jwk() {
        return key.toJSONString();
    }

    /** For tokens that nobody will ever see: a real signature of each would be most of the work. */
    public static SigningKey ofNobody() {
        try {
            var modulus = Base64URL.encode(BigInteger.ONE.shiftLeft(2047).add(BigInteger.ONE));
            RSAKey key = new RSAKey.Builder(modulus, Base64URL.encode(BigInteger.valueOf(65537)))
                    .keyID("nobody")
                    .build();
            return new SigningKey(key, new NoSigner());
        } catch (JOSEException e) {
            throw new IllegalStateException("Not an RSA key", e);
        }
    }

    /** The public key as a JSON Web Key Set. */
    public Map<String, Object> publicKeys() {
        return new JWKSet(key).toJSONObject(true);
    }

    public PublicKey publicKey() {
        try {
            return key.toPublicKey();
        } catch (JOSEException e) {
            throw new IllegalStateException("Not an RSA key", e);
        }
    }

    public String sign(JWTClaimsSet claims) {
        return sign(claims.toJSONObject());
    }

    /** Signs claims in a form of their own, such as an array where one text would do. */
    public String sign(Map<String, Object> claims) {
        try {
            var header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .type(JOSEObjectType.JWT)
                    .keyID(key.getKeyID())
                    .build();
            var token = new JWSObject(header, new Payload(claims));
            token.sign(signer);
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException("Cannot sign a token", e);
        }
    }

    boolean signed(SignedJWT token) {
        try {
            return JWSAlgorithm.RS256.equals(token.getHeader().getAlgorithm()) && token.verify(verifier);
        } catch (JOSEException e) {
            return false;
        }
    }

    /** Made at the first use. */
    private static final class OfEntra {
        static final SigningKey KEY = create();

        private OfEntra() {}
    }

    /** Made at the first use. */
    private static final class OfClusters {
        static final SigningKey KEY = create();

        private OfClusters() {}
    }

    /** Puts a word where the signature belongs. */
    static final class NoSigner implements JWSSigner {

        private final JCAContext context = new JCAContext();

        @Override
        public Base64URL sign(JWSHeader header, byte[] input) {
            return Base64URL.encode("not signed");
        }

        @Override
        public Set<JWSAlgorithm> supportedJWSAlgorithms() {
            return Set.of(JWSAlgorithm.RS256);
        }

        @Override
        public JCAContext getJCAContext() {
            return context;
        }
    }
}
