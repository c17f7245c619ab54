package io.podidentity.podid.migrate;

import io.podidentity.podid.explain.Explanation;
import io.podidentity.podid.migrate.Proof.Outcome;
import io.podidentity.podid.migrate.plan.MovedIdentity;
import io.podidentity.podid.migrate.plan.PodMove;
import java.util.stream.Collectors;

/** Puts what became of a pod into words. */
final class OutcomeText {

    private OutcomeText() {}

    /** In one line. */
    static String line(Outcome outcome) {
        return String.format("%-6s ", word(outcome)) + outcome.move().source().object()
                + Proof.in(outcome.environment()) + ": " + before(outcome.move())
                + " -> " + after(outcome);
    }

    /** Whether it is the same. */
    static String word(Outcome outcome) {
        if (!outcome.move().isDecided()) {
            return "decide";
        }
        if (outcome.isSame()) {
            return outcome.move().hadToken() ? "same" : "new";
        }
        return outcome.move().hadToken() ? "LOST" : "none";
    }

    static String before(PodMove move) {
        Explanation before = move.before();
        if (move.secretElsewhere()) {
            return "client ID " + move.identity().clientId() + ", by a Secret that is not in these files";
        }
        return switch (before.outcome()) {
            case IDENTITY ->
                move.identities().size() == 1 || move.isDecided()
                        ? "client ID " + move.identity().clientId()
                        : "any of client ID "
                                + move.identities().stream()
                                        .map(MovedIdentity::clientId)
                                        .collect(Collectors.joining(", "));
            case NODE -> "client ID " + move.identity().clientId() + " by the node's metadata service";
            default -> "no token: " + before.summary();
        };
    }

    static String after(Outcome outcome) {
        String account = ", as service account " + outcome.move().account().name();
        if (!outcome.after().isToken()) {
            return "no token: " + outcome.after().text();
        }
        return "client ID " + outcome.after().clientId()
                + (outcome.move().identity().tenantId().isEmpty()
                        ? ""
                        : " in tenant " + outcome.after().tenantId())
                + account
                + (outcome.others().isEmpty() ? "" : "; but not " + String.join(", ", outcome.others()));
    }
}
