package io.podidentity.tokenprovider;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

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

    /** A text of somebody else without this one in it, as it is or as forms encode it. */
    String hide(String other) {
        return other.replace(text, "[hidden]").replace(encoded(), "[hidden]");
    }

    /** The text as forms encode it. */
    String encoded() {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
