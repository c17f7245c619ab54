// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.directory.FederatedCredentials;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The federated credentials that the pods of one cluster need, each once. Immutable.
 *
 * @param allowed for each identity no more than Azure allows
 * @param overLimit the others, which cannot be created
 */
record Federations(List<Federation> allowed, List<Federation> overLimit) {

    static Federations collect(List<PodMove> moves) {
        var allowed = new ArrayList<Federation>();
        var overLimit = new ArrayList<Federation>();
        Map<String, Integer> countByIdentity = new HashMap<>();
        for (Federation federation : collectDistinct(moves)) {
            int count = countByIdentity.merge(federation.identity().key(), 1, Integer::sum);
            if (count <= FederatedCredentials.LIMIT) {
                allowed.add(federation);
            } else {
                overLimit.add(federation);
            }
        }
        return new Federations(allowed, overLimit);
    }

    private static Collection<Federation> collectDistinct(List<PodMove> moves) {
        Map<String, Federation> distinct = new LinkedHashMap<>();
        for (PodMove move : moves) {
            for (MovedIdentity identity : move.identities()) {
                var federation = new Federation(identity, move.account());
                distinct.putIfAbsent(federation.key(), federation);
            }
        }
        return distinct.values();
    }
}
