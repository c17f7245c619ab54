package io.podidentity.tokenprovider.internal.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A text that no message, log or {@code toString} shows. */
public final class Secret {
    private final String text;

    public Secret(String text) {
        this.text = text;
    }

    /** The text itself, to be sent and not to be shown. */
    public String reveal() {
        return text;
    }

    /** A text of somebody else without this one in it, as it is or as forms encode it. */
    public String hide(String other) {
        return other.replace(text, "[hidden]").replace(encoded(), "[hidden]");
    }

    /** The text as forms encode it. */
    public String encoded() {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
