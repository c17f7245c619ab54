package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.text.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
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
        String[] parts = value.reveal().split("\\.", -1);
        try {
            return parts.length == 3
                    && new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                            .contains("\"system:serviceaccount:");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The form's fields, encoded, to follow others. */
    String fields() {
        return "&" + field + "=" + value.encoded() + (field.equals(ASSERTION) ? ASSERTION_TYPE : "");
    }
}
