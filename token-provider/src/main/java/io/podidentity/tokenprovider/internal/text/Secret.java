package io.podidentity.tokenprovider.internal.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A text that must never be shown in a message, a log or {@code toString}. */
public final class Secret {
    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** The text itself, to be sent but never shown. */
    public String reveal() {
        return text;
    }

    /** Another text with this secret masked in it, both as it is and form-encoded. */
    public String hide(String other) {
        return other.replace(text, "[hidden]").replace(encoded(), "[hidden]");
    }

    /** The secret, form-encoded. */
    public String encoded() {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
