// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.check.source.PodSource;
import io.podidentity.podid.explain.Explanation;
import java.util.List;

/**
 * The move of one pod to workload identity. Immutable.
 *
 * @param before what the pod's token request gets today
 * @param identities all identities that are bound to the pod, first the one that the pod uses
 * @param choice why the pod uses the first identity
 * @param account the service account that the pod runs as after the move
 * @param secretElsewhere whether today's identity takes its secret from a Secret that no file has, and that is
 *     therefore in the cluster
 */
record PodMove(
        PodSource source,
        Explanation before,
        List<MovedIdentity> identities,
        Choice choice,
        ObjectName account,
        boolean secretElsewhere) {

    /** What tells which identity a pod uses. */
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

    /** The identity that the pod uses. */
    MovedIdentity identity() {
        return identities.get(0);
    }

    /** Whether the pod had a token, so that it must have the same one afterwards. */
    boolean hadToken() {
        return secretElsewhere
                || before.outcome() == Explanation.Outcome.IDENTITY
                || before.outcome() == Explanation.Outcome.NODE;
    }

    PodMove withAccount(ObjectName other) {
        return new PodMove(source, before, identities, choice, other, secretElsewhere);
    }
}
