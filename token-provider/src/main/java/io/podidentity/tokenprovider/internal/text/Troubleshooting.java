package io.podidentity.tokenprovider.internal.text;

/** Where a failure is explained in detail: docs/troubleshooting.md of this project, which has a section per topic. */
public final class Troubleshooting {
    /** The {@code url} of the project in the POM, and the page below it. A test checks that both agree. */
    private static final String PAGE =
            "https://github.com/pod-identity/pod-identity-java/blob/main/docs/troubleshooting.md";

    private Troubleshooting() {}

    /** The address of a section, such as {@code azure-cli}. */
    public static String section(String anchor) {
        return PAGE + "#" + anchor;
    }
}
