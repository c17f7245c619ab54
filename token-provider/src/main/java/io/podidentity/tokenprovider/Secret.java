package io.podidentity.tokenprovider;

/** A text that no message, log or {@code toString} shows. */
final class Secret {
    private final String text;

    Secret(String text) {
        this.text = text;
    }

    /** The text itself, to be sent and not to be shown. */
    String reveal() {
        return text;
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
