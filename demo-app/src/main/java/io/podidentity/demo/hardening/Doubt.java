// SPDX-License-Identifier: Apache-2.0
package io.podidentity.demo.hardening;

import io.podidentity.tokenprovider.Explanation;
import io.podidentity.tokenprovider.TokenAttempt;

/**
 * What speaks against the identity of a token.
 *
 * @param reason one sentence without a full stop; empty for nothing
 */
public record Doubt(String reason) {
    /** As the sources of the library begin it. */
    private static final String OF_NODE = "this is the identity of the node";

    private static final String UNVERIFIED = "not verified";

    /** What the source of the token said against it. */
    public static Doubt about(Explanation explanation) {
        return explanation.attempts().stream()
                .filter(attempt -> attempt.state() == TokenAttempt.State.ACQUIRED)
                .map(attempt -> new Doubt(attempt.reason()))
                .findFirst()
                .orElse(new Doubt(""));
    }

    /** Whether it is the identity of the node, which every pod of the node can use. */
    public boolean isOfNode() {
        return reason.startsWith(OF_NODE);
    }

    /** Whether nothing says that the token is of the identity that was asked for. */
    public boolean isUnverified() {
        return reason.startsWith(UNVERIFIED);
    }
}
