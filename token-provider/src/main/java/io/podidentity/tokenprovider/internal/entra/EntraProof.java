package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one request shows Entra ID to prove who asks.
 *
 * @param field the form's field that it goes into
 * @param value the proof itself
 * @param certificateThumbprint the certificate that signed it, in hex; null without one
 */
public record EntraProof(
        String field, Secret value, @Nullable String certificateThumbprint) {
    private static final String ASSERTION = "client_assertion";
    private static final String ASSERTION_TYPE =
            "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

    public static EntraProof ofSecret(Secret secret) {
        return new EntraProof("client_secret", secret, null);
    }

    public static EntraProof ofAssertion(String assertion, @Nullable String certificateThumbprint) {
        return new EntraProof(ASSERTION, new Secret(assertion), certificateThumbprint);
    }

    /** Whether it is the token that a Kubernetes cluster issues to a service account. */
    boolean isOfCluster() {
        return claim("sub").startsWith("system:serviceaccount:");
    }

    /** What Entra ID compares with federated credentials, as a sentence after others; empty if it is no JWT. */
    String compared() {
        return claim("iss").isEmpty()
                ? ""
                : " The assertion has issuer " + claim("iss") + ", subject " + claim("sub") + ", audience "
                        + claim("aud") + ".";
    }

    private String claim(String name) {
        Map<String, @Nullable Object> claims = JwtReader.claims(value.reveal());
        Object claim = claims == null ? null : claims.get(name);
        return claim == null ? "" : Excerpt.of(claim.toString(), 120);
    }

    String fields() {
        return "&" + field + "=" + value.encoded() + (field.equals(ASSERTION) ? ASSERTION_TYPE : "");
    }
}
