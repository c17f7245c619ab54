package io.podidentity.tokenprovider.internal.text;

/** Where a failure is explained at length: the page docs/troubleshooting.md of this project, section by section. */
public final class Troubleshooting {
    /** The project's {@code url} in the POM, and the page below it; a test holds both together. */
    private static final String PAGE =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md";

    private Troubleshooting() {}

    /** The address of a section, such as {@code azure-cli}. */
    public static String section(String anchor) {
        return PAGE + "#" + anchor;
    }
}
