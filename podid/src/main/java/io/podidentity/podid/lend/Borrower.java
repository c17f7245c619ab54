package io.podidentity.podid.lend;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;

/** Who may ask, and the secret by which they are known. Immutable, and without a text form that shows the secret. */
final class Borrower {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /** 256 bits. In hex, since the library for JavaScript makes the whole address lower case. */
    private static final int SECRET_BYTES = 32;

    private final String name;
    private final String secret;

    private Borrower(String name, SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        this.name = name;
        this.secret = HexFormat.of().formatHex(bytes);
    }

    /**
     * A borrower for each name, with secrets that nobody has had before.
     *
     * @throws IllegalArgumentException if a name is none, or is there twice
     */
    static List<Borrower> named(List<String> names) {
        var seen = new HashSet<String>();
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException(
                        "--name takes up to 63 letters, digits, dots, dashes and underscores,"
                                + " the first a letter or a digit, not \"" + Printable.of(name) + "\"");
            }
            if (!seen.add(name)) {
                throw new IllegalArgumentException("--name " + name + " is given twice");
            }
        }
        var random = new SecureRandom();
        return names.stream().map(name -> new Borrower(name, random)).toList();
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
