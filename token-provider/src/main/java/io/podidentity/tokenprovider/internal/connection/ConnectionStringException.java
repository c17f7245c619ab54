// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.connection;

import io.podidentity.tokenprovider.internal.Nullable;
import io.podidentity.tokenprovider.internal.text.HelpPage;
import java.io.Serial;

/**
 * An invalid connection string. The message names keys and positions, never a value, because a value can be a secret.
 */
public final class ConnectionStringException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final String READ_ON = " More: " + HelpPage.link("connection-string");

    public enum Problem {
        EMPTY,
        MALFORMED,
        UNKNOWN_KEY,
        DUPLICATE_KEY,
        MISSING_OR_EMPTY,
        INVALID_VALUE,
        CONFLICT,
        NEED_ONE_OF,
        MISSING_STORE_LOCATION,
        UNSUPPORTED_PLATFORM
    }

    private final Problem problem;
    private final @Nullable String key;

    /**
     * @param key the key that the problem is about; null if it is about no known key
     * @param what one sentence without a full stop, worded to follow "The connection string"
     * @param remedy what to do; a whole sentence
     */
    public ConnectionStringException(Problem problem, @Nullable String key, String what, String remedy) {
        super("The connection string " + what + ". " + remedy + READ_ON);
        this.problem = problem;
        this.key = key;
    }

    public Problem problem() {
        return problem;
    }

    @Nullable
    public String key() {
        return key;
    }
}
