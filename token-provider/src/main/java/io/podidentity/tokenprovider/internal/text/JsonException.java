// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.text;

import java.io.Serial;

/**
 * A text is not JSON, or not the JSON that was expected. Its message never shows the text, which may contain a token.
 */
public final class JsonException extends Exception {
    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * @param problem what is wrong, worded to follow "the answer is" or "answered HTTP 200"
     */
    public JsonException(String problem) {
        super(problem);
    }

    public JsonException(String problem, int position) {
        super("not JSON (" + problem + ", at character " + position + ")");
    }
}
