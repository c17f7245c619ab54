package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.ObjectName;
import java.util.List;
import java.util.Map;

/**
 * What becomes of one service account.
 *
 * @param annotations that it needs
 * @param how whether it is new
 * @param insteadOf the account that its pods run as today; itself if that stays
 * @param pullSecrets of that account, which a new one needs too
 * @param roleBindings of that account, which a new one is not part of, with their places
 */
record AccountMove(
        ObjectName name,
        Map<String, String> annotations,
        How how,
        ObjectName insteadOf,
        List<String> pullSecrets,
        List<String> roleBindings) {

    enum How {
        /** A manifest defines it; it gets annotations. */
        ANNOTATE,
        /** Pods run as it, but no manifest defines it: the new manifest is merged into what the cluster has. */
        DEFINE,
        /** There is none. */
        CREATE
    }

    boolean isNew() {
        return how == How.CREATE;
    }
}
