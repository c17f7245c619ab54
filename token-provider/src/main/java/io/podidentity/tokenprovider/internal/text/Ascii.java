package io.podidentity.tokenprovider.internal.text;

/** ASCII operations that do not depend on the locale. */
public final class Ascii {
    private Ascii() {}

    public static boolean isLetterOrDigit(char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    }
}
