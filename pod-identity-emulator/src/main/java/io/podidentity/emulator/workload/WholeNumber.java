package io.podidentity.emulator.workload;

import java.math.BigInteger;
import java.util.regex.Pattern;

/** Reads a number out of an annotation, and refuses in the words of the webhook's programming language. */
final class WholeNumber {

    private static final Pattern DECIMAL = Pattern.compile("[+-]?[0-9]+");

    private WholeNumber() {}

    /** @throws DeniedException if it is not a whole number, or needs more than that many bits */
    static long parse(String text, int bits) {
        if (!DECIMAL.matcher(text).matches()) {
            throw new DeniedException("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
        }
        BigInteger number = new BigInteger(text);
        if (number.bitLength() >= bits) {
            throw new DeniedException("strconv.ParseInt: parsing \"" + text + "\": value out of range");
        }
        return number.longValue();
    }
}
