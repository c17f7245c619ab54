// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.explain.Explanation;
import java.util.List;

/**
 * What becomes of one pod.
 *
 * @param identities all that are bound to it, the one that it uses first
 * @param secretElsewhere whether today's identity takes its secret from one that no file has, which then is in the
 *     cluster
 */
record PodMove(
        PodSource source,
        Explanation before,
        List<MovedIdentity> identities,
        Choice choice,
        ObjectName account,
        boolean secretElsewhere) {

    enum Choice {
        ONLY("the only one that is bound to it"),
        VARIABLE("named by its AZURE_CLIENT_ID"),
        OPTION("named by --identity");

        private final String text;

        Choice(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    MovedIdentity identity() {
        return identities.get(0);
    }

    /** Whether it had a token, so that it must have the same one afterwards. */
    boolean hadToken() {
        return secretElsewhere
                || before.outcome() == Explanation.Outcome.IDENTITY
                || before.outcome() == Explanation.Outcome.NODE;
    }

    PodMove as(ObjectName other) {
        return new PodMove(source, before, identities, choice, other, secretElsewhere);
    }
}
