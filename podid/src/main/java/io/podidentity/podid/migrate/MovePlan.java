package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.podid.check.rule.RuleContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What becomes of one cluster.
 *
 * @param context what there is
 * @param moves the pods that get workload identity
 * @param stays pods that do not, and why, by their name
 * @param accounts the service accounts that they need
 * @param notes what a person should know
 */
record MovePlan(
        RuleContext context,
        List<PodMove> moves,
        Map<String, String> stays,
        List<AccountMove> accounts,
        List<String> notes) {

    /**
     * The objects of pod identity that nothing needs any more.
     *
     * @param failed pods that could not be changed
     */
    List<KubernetesObject> leftovers(Set<ObjectName> failed) {
        Set<ObjectName> moved = moves.stream()
                .map(one -> one.source().pod().name())
                .filter(one -> !failed.contains(one))
                .collect(Collectors.toSet());
        return moved.isEmpty() ? List.of() : Leftovers.of(context, moved);
    }

    /** Where the first of its objects stands: the folder that kubectl renders, or a file. */
    String environment() {
        return context.manifests().objects().stream()
                .findFirst()
                .map(one -> one.content().position().file().replace("kubectl kustomize ", ""))
                .orElse("");
    }

    /** The federated credentials, each once; of an identity no more than Azure allows. */
    List<Federation> federations() {
        var all = new ArrayList<Federation>();
        Map<String, Integer> count = new HashMap<>();
        for (Federation one : wanted()) {
            if (count.merge(one.identity().key(), 1, Integer::sum) <= FederatedCredentials.LIMIT) {
                all.add(one);
            }
        }
        return all;
    }

    /** Those that are one too many. */
    List<Federation> overLimit() {
        var over = new ArrayList<>(wanted());
        over.removeAll(federations());
        return over;
    }

    private List<Federation> wanted() {
        Map<String, Federation> wanted = new LinkedHashMap<>();
        for (PodMove move : moves) {
            for (MovedIdentity identity : move.identities()) {
                wanted.putIfAbsent(identity.key() + " " + move.account(), new Federation(identity, move.account()));
            }
        }
        return List.copyOf(wanted.values());
    }
}
