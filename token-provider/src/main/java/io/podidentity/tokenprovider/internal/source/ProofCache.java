// SPDX-License-Identifier: Apache-2.0
package io.podidentity.tokenprovider.internal.source;

import io.podidentity.tokenprovider.TokenSource;

/** Keeps tokens that only prove something in requests for other tokens, and refreshes each one on its own. */
@FunctionalInterface
public interface ProofCache {
    /**
     * The tokens of a source for an audience. A request to the result names tenant and agent identity, if any, but not
     * the audience.
     *
     * @param label the beginning of the reason of each failure; may be empty
     */
    TokenSource keep(TokenSource source, String audience, String label);
}
