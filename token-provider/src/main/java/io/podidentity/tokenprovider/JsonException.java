package io.podidentity.tokenprovider;

import java.io.Serial;

/** A text is not the JSON that was expected. Its message never shows the text, which may hold a token. */
final class JsonException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    JsonException(String problem, int position) {
        super("not JSON (" + problem + ", at character " + position + ")");
    }
}
