package io.podidentity.podid.lend;

import java.security.SecureRandom;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** All who may ask. Immutable. */
final class Borrowers {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private final List<Borrower> all;

    private Borrowers(List<Borrower> all) {
        this.all = all;
    }

    /**
     * A borrower for each name, with secrets that nobody has had before.
     *
     * @throws IllegalArgumentException if a name is none, or is there twice
     */
    static Borrowers named(List<String> names) {
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
        return new Borrowers(
                names.stream().map(name -> Borrower.named(name, random)).toList());
    }

    List<Borrower> all() {
        return all;
    }

    /** Who has that secret. Every secret is compared, so that the time tells nothing about which. */
    Optional<Borrower> knownBy(String secret) {
        Optional<Borrower> found = Optional.empty();
        for (Borrower borrower : all) {
            if (borrower.isKnownBy(secret)) {
                found = Optional.of(borrower);
            }
        }
        return found;
    }
}
