// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.lend;

import io.podidentity.tokenprovider.AccessToken;
import io.podidentity.tokenprovider.Principal;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.temporal.ChronoUnit;

/**
 * A line for each token that was lent and each request that was refused: when, who, for what, as whom. Never the token,
 * a secret or a path. Thread-safe.
 */
record AuditLog(PrintWriter out, Clock clock) {

    private static final String UNNAMED = "an identity that the token does not name";

    void recordLoan(Borrower borrower, Dialect dialect, AccessToken token) {
        writeLine("lent to " + borrower.name() + ": " + token.resource() + " as " + nameOf(token) + " until "
                + token.expiresOn().truncatedTo(ChronoUnit.SECONDS) + " (" + dialect.title() + ")");
    }

    void recordRefusal(String who, Refusal refusal) {
        writeLine("refused " + who + ": " + refusal.getMessage().replace("\n", " |"));
    }

    private static String nameOf(AccessToken token) {
        return token.principal()
                .flatMap(principal ->
                        principal.userPrincipalName().or(principal::appId).or(principal::objectId))
                .map(Refusal::printable)
                .orElse(UNNAMED);
    }

    /** Says whose token it is, and where it came from. */
    static String describe(AccessToken token) {
        return token.principal().map(Principal::toString).orElse(UNNAMED) + ", from " + token.source();
    }

    private synchronized void writeLine(String text) {
        out.println(clock.instant().truncatedTo(ChronoUnit.SECONDS) + " " + text);
        out.flush();
    }
}
