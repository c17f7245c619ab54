package io.podidentity.tokenprovider.internal.text;

/** ASCII operations that do not depend on the locale. */
public final class Ascii {
    private Ascii() {}

    /** Whether it has characters, and none that an HTTP header does not take, blanks among them. */
    public static boolean isVisible(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) <= ' ' || text.charAt(i) > '~') {
                return false;
            }
        }
        return !text.isEmpty();
    }

    public static boolean isLetterOrDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }
}
