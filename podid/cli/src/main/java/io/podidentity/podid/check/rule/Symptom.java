// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import io.podidentity.emulator.match.Obstacle;
import java.util.Optional;

/** Why a pod gets no token, as {@code explain} sees it. A rule names those of which its findings are the reason. */
public enum Symptom {
    /** The pod lacks the label by which NMI looks up its identity. */
    NO_LABEL,
    EMPTY_LABEL,
    /** No binding has the pod's label as its selector. */
    NO_BINDING,
    /** The binding names an identity that is not there. */
    IDENTITY_MISSING,
    /** MIC ignores the identity because of its resource ID. */
    RESOURCE_ID_MALFORMED,
    OTHER_NAMESPACE,
    /** Azure gives no token of the identity, or NMI cannot ask Azure for one. */
    REFUSED_BY_AZURE,
    /** The webhook of workload identity leaves the pod alone. */
    WEBHOOK_NOT_ASKED,
    /** The pod's service account names no client ID. */
    ACCOUNT_WITHOUT_CLIENT_ID;

    /** What the matcher's obstacle is to a pod; empty where no rule can know the reason. */
    public static Optional<Symptom> of(Obstacle obstacle) {
        return switch (obstacle) {
            case NO_LABEL -> Optional.of(NO_LABEL);
            case EMPTY_LABEL -> Optional.of(EMPTY_LABEL);
            case NO_BINDING -> Optional.of(NO_BINDING);
            case IDENTITY_MISSING -> Optional.of(IDENTITY_MISSING);
            case INVALID_RESOURCE_ID -> Optional.of(RESOURCE_ID_MALFORMED);
            case OTHER_NAMESPACE -> Optional.of(OTHER_NAMESPACE);
            case NO_NODE, NAME_COLLISION -> Optional.empty();
        };
    }
}
