package io.podidentity.podid.lend;

/** Text of others, made fit for one line of a log or of an error. */
final class Printable {

    private static final int MAX_LENGTH = 120;

    private Printable() {}

    /** The text with what is not printable ASCII replaced, and cut after 120 characters. */
    static String of(String text) {
        String plain = text.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() <= MAX_LENGTH ? plain : plain.substring(0, MAX_LENGTH) + "...";
    }
}
