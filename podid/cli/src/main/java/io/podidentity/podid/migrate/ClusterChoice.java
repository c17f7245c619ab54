// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Tells whether plans are for several clusters, so that the user must say which cluster the script prepares. */
final class ClusterChoice {

    private ClusterChoice() {}

    /**
     * Whether environments give one account different identities, and so are different clusters. Each is federated
     * alone then: else the pods of one cluster would be trusted by the identity of another.
     */
    static boolean isNeeded(List<MovePlan> plans) {
        Map<String, Set<Set<String>>> identitiesByAccount = new HashMap<>();
        for (MovePlan plan : plans) {
            for (Map.Entry<String, Set<String>> account : groupIdentities(plan).entrySet()) {
                identitiesByAccount
                        .computeIfAbsent(account.getKey(), key -> new HashSet<>())
                        .add(account.getValue());
            }
        }
        return identitiesByAccount.values().stream().anyMatch(different -> different.size() > 1);
    }

    /** The identities that trust each service account of a cluster, by the subject of its tokens. */
    private static Map<String, Set<String>> groupIdentities(MovePlan plan) {
        return plan.federations().stream()
                .collect(Collectors.groupingBy(
                        Federation::subject, Collectors.mapping(ClusterChoice::keyOfIdentity, Collectors.toSet())));
    }

    private static String keyOfIdentity(Federation federation) {
        return federation.identity().key();
    }
}
