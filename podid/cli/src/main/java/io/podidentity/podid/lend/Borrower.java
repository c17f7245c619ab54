// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/** Who may ask, and the secret by which they are known, which its text does not show. */
record Borrower(String name, String secret, RateLimit limit) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    /** 256 bits. In hex, since the library for JavaScript makes the whole address lower case. */
    private static final int SECRET_BYTES = 32;

    /** A library asks once for each token of an hour or more, so this is for a hundred processes with one secret. */
    private static final int BURST = 120;

    private static final Duration INTERVAL = Duration.ofMillis(500);

    /**
     * A borrower for each name, with secrets that nobody has had before.
     *
     * @throws IllegalArgumentException if a name is none, or is there twice
     */
    static List<Borrower> createAll(List<String> names) {
        var random = new SecureRandom();
        var borrowers = new LinkedHashMap<String, Borrower>();
        for (String name : names) {
            requireName(name);
            var limit = new RateLimit(BURST, INTERVAL, System::nanoTime);
            Borrower earlier = borrowers.put(name, new Borrower(name, newSecret(random), limit));
            if (earlier != null) {
                throw new IllegalArgumentException("--name " + name + " is given twice");
            }
        }
        return List.copyOf(borrowers.values());
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("--name takes up to 63 letters, digits, dots, dashes and underscores,"
                    + " the first a letter or a digit, not \"" + Refusal.printable(name) + "\"");
        }
    }

    private static String newSecret(SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    /** Whether that is the secret, in a time that does not depend on where the two differ. */
    boolean hasSecret(String candidate) {
        return MessageDigest.isEqual(
                secret.getBytes(StandardCharsets.UTF_8), candidate.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
        return name;
    }

    /** So many requests at once, and then one whenever an interval has passed. Thread-safe. */
    static final class RateLimit {

        private final int burst;
        private final long intervalNanos;
        private final LongSupplier nanoTime;
        private double left;
        private long seen;

        /** @param nanoTime as {@link System#nanoTime} */
        RateLimit(int burst, Duration interval, LongSupplier nanoTime) {
            this.burst = burst;
            this.intervalNanos = interval.toNanos();
            this.nanoTime = nanoTime;
            this.left = burst;
            this.seen = nanoTime.getAsLong();
        }

        /** Whether a request may be answered now, which it then counts as. */
        synchronized boolean take() {
            long now = nanoTime.getAsLong();
            left = Math.min(burst, left + (double) (now - seen) / intervalNanos);
            seen = now;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }
    }
}
