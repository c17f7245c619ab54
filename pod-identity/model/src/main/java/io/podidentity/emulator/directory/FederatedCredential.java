// SPDX-License-Identifier: Apache-2.0
package io.podidentity.emulator.directory;

import java.util.Map;
import java.util.Optional;

/**
 * An issuer whose tokens an application accepts in place of a secret. Issuer and audience must match exactly. The
 * subject must too, unless the credential is a flexible one, which has an expression over the token's claims.
 *
 * @param subject the subject; empty if there is an expression
 * @param expression what must hold for the token's claims; empty if there is a subject
 * @since 0.1.0
 */
public record FederatedCredential(
        String issuer, String subject, String audience, Optional<ClaimsMatchingExpression> expression) {

    /** @throws IllegalArgumentException if Entra ID takes no expression for this issuer */
    public FederatedCredential {
        if (expression.isPresent() && !ClaimsMatchingExpression.ISSUERS.contains(issuer)) {
            throw new IllegalArgumentException("Entra ID accepts no claims matching expression for the issuer " + issuer
                    + ", only for "
                    + String.join(
                            ", ",
                            ClaimsMatchingExpression.ISSUERS.stream().sorted().toList())
                    + ". Name the exact subject");
        }
    }

    /** With an exact subject. */
    public FederatedCredential(String issuer, String subject, String audience) {
        this(issuer, subject, audience, Optional.empty());
    }

    /** With an expression in place of a subject. */
    public static FederatedCredential flexible(String issuer, ClaimsMatchingExpression expression, String audience) {
        return new FederatedCredential(issuer, "", audience, Optional.of(expression));
    }

    boolean isOfSameOrigin(FederatedCredential other) {
        return issuer.equals(other.issuer) && subject.equals(other.subject) && expression.equals(other.expression);
    }

    boolean acceptsSubject(String presented, Map<String, ?> claims) {
        return expression.map(rule -> rule.accepts(claims)).orElseGet(() -> subject.equals(presented));
    }
}
