package io.podidentity.emulator.directory;

/** Whose tokens an application accepts in place of a secret; all three are compared letter by letter. */
public record FederatedCredential(String issuer, String subject, String audience) {

    boolean isOfSameOrigin(FederatedCredential other) {
        return issuer.equals(other.issuer) && subject.equals(other.subject);
    }
}
