package io.podidentity.emulator.directory;

/**
 * An issuer whose tokens an application accepts in place of a secret; all three must match exactly.
 *
 * @since 0.1.0
 */
public record FederatedCredential(String issuer, String subject, String audience) {

    boolean isOfSameOrigin(FederatedCredential other) {
        return issuer.equals(other.issuer) && subject.equals(other.subject);
    }
}
