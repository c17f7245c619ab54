package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.TokenAcquisitionException;
import io.podidentity.tokenprovider.TokenAcquisitionException.Code;
import io.podidentity.tokenprovider.internal.certificate.ClientCertificate;
import io.podidentity.tokenprovider.internal.text.JsonText;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The proof that a certificate signs: a JWT that says who asks whom, for ten minutes (Microsoft Learn, "Application
 * authentication with certificate credentials"): PS256 and x5t#S256; RS256 and x5t for AD FS and dSTS, which know no
 * other.
 */
final class SignedProof {
    private static final long LIFE_SECONDS = 600;
    private static final Base64.Encoder BASE64_URL = Base64.getUrlEncoder().withoutPadding();

    private final String clientId;
    private final String audience;
    private final long nowMillis;
    private final boolean older;

    /**
     * @param clientId the application that signs
     * @param audience the endpoint that is asked
     * @param older whether it is AD FS or dSTS
     */
    SignedProof(String clientId, String audience, long nowMillis, boolean older) {
        this.clientId = clientId;
        this.audience = audience;
        this.nowMillis = nowMillis;
        this.older = older;
    }

    /**
     * Signs one.
     *
     * @param withChain whether the certificates themselves go with it, by which an application that trusts a subject
     *     and issuer knows one that it has not seen
     */
    EntraProof by(ClientCertificate certificate, boolean withChain) {
        try {
            String unsigned = encode(header(certificate, withChain)) + "." + encode(claims());
            Signature signature = signature();
            signature.initSign(certificate.key());
            signature.update(unsigned.getBytes(StandardCharsets.US_ASCII));
            return EntraProof.ofAssertion(
                    unsigned + "." + BASE64_URL.encodeToString(signature.sign()), certificate.thumbprint());
        } catch (GeneralSecurityException e) {
            throw new TokenAcquisitionException(
                    Code.INVALID_CONFIGURATION,
                    "the " + certificate + " cannot sign (" + e.getClass().getSimpleName() + ")",
                    "Check that its private key is an RSA key of 2048 bits or more.",
                    null);
        }
    }

    private Map<String, Object> header(ClientCertificate certificate, boolean withChain)
            throws GeneralSecurityException {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", older ? "RS256" : "PS256");
        header.put("typ", "JWT");
        header.put(
                older ? "x5t" : "x5t#S256", BASE64_URL.encodeToString(certificate.digest(older ? "SHA-1" : "SHA-256")));
        if (withChain) {
            List<String> chain = new ArrayList<>();
            for (X509Certificate part : certificate.chain()) {
                chain.add(Base64.getEncoder().encodeToString(part.getEncoded()));
            }
            header.put("x5c", chain);
        }
        return header;
    }

    private Map<String, Object> claims() {
        long now = nowMillis / 1000;
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("aud", audience);
        claims.put("iss", clientId);
        claims.put("sub", clientId);
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("nbf", now);
        claims.put("exp", now + LIFE_SECONDS);
        return claims;
    }

    /** The provider is left to the key, since one out of Windows' store signs in that store only. */
    private Signature signature() throws GeneralSecurityException {
        if (older) {
            return Signature.getInstance("SHA256withRSA");
        }
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        return signature;
    }

    private static String encode(Map<String, Object> part) {
        return BASE64_URL.encodeToString(JsonText.of(part).getBytes(StandardCharsets.UTF_8));
    }
}
