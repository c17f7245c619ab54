package io.podidentity.podid.lend;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Who may ask, and the secret by which they are known. Immutable, and without a text form that shows the secret. */
final class Borrower {

    /** 256 bits. In hex, since the library for JavaScript makes the whole address lower case. */
    private static final int SECRET_BYTES = 32;

    private final String name;
    private final String secret;

    private Borrower(String name, String secret) {
        this.name = name;
        this.secret = secret;
    }

    /** A borrower with a new secret. */
    static Borrower named(String name, SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return new Borrower(name, HexFormat.of().formatHex(bytes));
    }

    String name() {
        return name;
    }

    String secret() {
        return secret;
    }

    /** Whether that is the secret, in a time that does not depend on where the two differ. */
    boolean isKnownBy(String candidate) {
        return MessageDigest.isEqual(
                secret.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return name;
    }
}
