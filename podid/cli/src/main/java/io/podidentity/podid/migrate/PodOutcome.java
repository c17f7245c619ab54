// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.replay.WorkloadReplay.Result;
import java.util.List;

/**
 * What one pod gets before the move and after it. Immutable.
 *
 * @param otherIdentities the client IDs of the pod's other identities that it does not get when it names them
 * @param remedies what brings the token back, if the pod has none with the changed files
 * @param place such as " (overlays/prod)"; empty where there is only one environment
 */
record PodOutcome(PodMove move, Result after, List<String> otherIdentities, List<String> remedies, String place) {

    /** The outcome in one word, as users read it. */
    enum Verdict {
        SAME("same"),
        NEW("new"),
        LOST("LOST"),
        NONE("none");

        private final String word;

        Verdict(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    Verdict verdict() {
        if (isSame()) {
            return move.hadToken() ? Verdict.SAME : Verdict.NEW;
        }
        return move.hadToken() ? Verdict.LOST : Verdict.NONE;
    }

    /** Whether the pod gets tokens of the identities that are bound to it. */
    boolean isSame() {
        return after.isToken() && hasOwnClient() && hasOwnTenant() && otherIdentities.isEmpty();
    }

    private boolean hasOwnClient() {
        return after.clientId().equalsIgnoreCase(move.identity().clientId());
    }

    private boolean hasOwnTenant() {
        String tenantId = move.identity().tenantId();
        return tenantId.isEmpty() || after.tenantId().equalsIgnoreCase(tenantId);
    }

    boolean isLost() {
        return verdict() == Verdict.LOST;
    }

    /** Whether nobody needs to look at the pod: it gets the same token as before, or had none. */
    boolean isGood() {
        return isSame() || !move.hadToken();
    }

    PodOutcome withRemedies(List<String> other) {
        return new PodOutcome(move, after, otherIdentities, other, place);
    }

    /** The outcome in one line. */
    String describe() {
        return String.format("%-6s ", verdict().word()) + describePod() + ": " + describeBefore() + " -> "
                + describeAfter();
    }

    /** The object that makes the pod, with its environment. */
    String describePod() {
        return move.source().object() + place;
    }

    String describeBefore() {
        String own = "client ID " + move.identity().clientId();
        if (move.secretElsewhere()) {
            return own + ", by a Secret that is not in these files";
        }
        return switch (move.before().outcome()) {
            case IDENTITY -> own;
            case NODE -> own + " by the node's metadata service";
            default -> "no token: " + move.before().summary();
        };
    }

    String describeAfter() {
        if (!after.isToken()) {
            return "no token: " + after.text();
        }
        String tenant = move.identity().tenantId().isEmpty() ? "" : " in tenant " + after.tenantId();
        String missing = otherIdentities.isEmpty() ? "" : "; but not " + String.join(", ", otherIdentities);
        return "client ID " + after.clientId() + tenant + ", as service account "
                + move.account().name() + missing;
    }
}
