// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.entra;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.Excerpt;
import io.podidentity.tokenprovider.internal.text.JwtReader;
import io.podidentity.tokenprovider.internal.text.Secret;
import java.util.Map;

/**
 * The proof of identity in one request to Entra ID.
 *
 * @param field the field of the form that carries the proof
 * @param value the proof itself
 * @param certificateThumbprint the certificate that signed the proof, in hex; null without one
 */
public record EntraProof(
        String field, Secret value, @Nullable String certificateThumbprint) {
    private static final String ASSERTION = "client_assertion";
    /** What the token of a managed identity has as its audience, where a federated credential has the name. */
    private static final String EXCHANGE_ID = "fb60f99c-7a34-4190-8149-302f77469936";

    private static final String ASSERTION_TYPE =
            "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";

    public static EntraProof ofSecret(Secret secret) {
        return new EntraProof("client_secret", secret, null);
    }

    public static EntraProof ofAssertion(String assertion, @Nullable String certificateThumbprint) {
        return new EntraProof(ASSERTION, new Secret(assertion), certificateThumbprint);
    }

    /** Whether the proof is a token that a Kubernetes cluster issued to a service account. */
    boolean isOfCluster() {
        return claim("sub").startsWith("system:serviceaccount:");
    }

    /** The claims that Entra ID compares with federated credentials, as a sentence; empty if the proof is no JWT. */
    String describeClaims() {
        String issuer = claim("iss");
        if (issuer.isEmpty()) {
            return "";
        }
        String audience = claim("aud");
        if (audience.equals(EXCHANGE_ID)) {
            audience = "api://AzureADTokenExchange";
        }
        return " The assertion has issuer " + issuer + ", subject " + claim("sub") + ", audience " + audience + ".";
    }

    private String claim(String name) {
        Map<String, @Nullable Object> claims = JwtReader.claims(value.reveal());
        if (claims == null || claims.get(name) == null) {
            return "";
        }
        return Excerpt.of(String.valueOf(claims.get(name)), 120);
    }

    /** The fields of the form, each with {@code &} in front. */
    String writeFields() {
        String fields = "&" + field + "=" + value.encode();
        if (field.equals(ASSERTION)) {
            return fields + ASSERTION_TYPE;
        }
        return fields;
    }
}
