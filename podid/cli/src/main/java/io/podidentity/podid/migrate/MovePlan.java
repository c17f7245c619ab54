// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.cluster.Position;
import io.podidentity.emulator.directory.FederatedCredentials;
import io.podidentity.emulator.workload.ClusterIssuer;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * What becomes of one cluster. Pods that stay are there by their name, with the reason.
 *
 * @param stays pods that get no identity by their label today, or not that of a binding
 * @param undecided pods that get one and cannot be moved before a person has done or decided something
 * @param unseen the label where no pod was read
 */
record MovePlan(
        RuleContext context,
        List<PodMove> moves,
        Map<String, String> stays,
        Map<String, String> undecided,
        UnseenLabels unseen,
        List<AccountMove> accounts,
        List<String> notes) {

    /** A federated credential to be created: the identity trusts the service account. */
    record Federation(MovedIdentity identity, ObjectName account) {

        // A credential's name has at most 120 characters; 52 of the cluster and its issuer stand before this.
        private static final int MAX_NAME = 55;

        String subject() {
            return ClusterIssuer.subject(account);
        }

        /** Unique for each account: names in Kubernetes have no underscore. */
        String name() {
            String name = account.namespace() + "_" + account.name().replace('.', '_');
            if (name.length() <= MAX_NAME) {
                return name;
            }
            var sum = new CRC32();
            sum.update(account.toString().getBytes(StandardCharsets.UTF_8));
            return name.substring(0, MAX_NAME - 9) + "-" + String.format("%08x", sum.getValue());
        }

        String key() {
            return identity.key() + " " + account;
        }
    }

    /**
     * The objects of pod identity that nothing needs any more, if those pods failed to be changed: bindings that only
     * moved pods take, identities that only such bindings name, and, once no pod has the label, exceptions.
     */
    List<KubernetesObject> leftovers(Set<ObjectName> failed) {
        Set<ObjectName> moved = moves.stream()
                .map(one -> one.source().pod().name())
                .filter(one -> !failed.contains(one))
                .collect(Collectors.toSet());
        if (moved.isEmpty()) {
            return List.of();
        }
        Set<ObjectName> used = new LinkedHashSet<>();
        Set<ObjectName> needed = new LinkedHashSet<>();
        boolean podsStay = false;
        for (PodSource pod : context.pods()) {
            boolean goes = moved.contains(pod.pod().name());
            context.match(pod)
                    .candidates()
                    .forEach(one -> (goes ? used : needed).add(one.binding().name()));
            podsStay |= !goes && pod.pod().bindingLabel().isPresent();
        }
        context.cluster().bindings().stream().filter(unseen::mayNeed).forEach(one -> needed.add(one.name()));
        used.removeAll(needed);
        List<KubernetesObject> leftovers = new ArrayList<>();
        Set<ObjectName> identities = new HashSet<>();
        Set<ObjectName> kept = new HashSet<>();
        for (AzureIdentityBinding one : context.cluster().bindings()) {
            boolean goes = used.contains(one.name());
            (goes ? identities : kept).add(new ObjectName(one.namespace(), one.azureIdentity()));
            if (goes) {
                leftovers.add(one);
            }
        }
        identities.removeAll(kept);
        context.cluster().identities().stream()
                .filter(one -> identities.contains(one.name()))
                .forEach(leftovers::add);
        if (!podsStay && unseen.isEmpty()) {
            leftovers.addAll(context.cluster().exceptions());
        }
        return leftovers;
    }

    /** What a person must do before this cluster is moved; sentences without a full stop. */
    List<String> asks() {
        return Stream.concat(
                        undecided.entrySet().stream().map(one -> one.getKey() + ": " + one.getValue()),
                        unseen.asks().stream())
                .toList();
    }

    /** Pods that are not moved, and why. */
    List<String> unmoved() {
        return Stream.of(stays, undecided).flatMap(one -> one.values().stream()).toList();
    }

    Position position() {
        return context.manifests().objects().stream()
                .findFirst()
                .map(one -> one.content().position())
                .orElse(Position.NOWHERE);
    }

    /** The folder that kubectl renders, or a file. */
    String environment() {
        return position().file().replace("kubectl kustomize ", "");
    }

    /** The federated credentials, each once; of an identity no more than Azure allows. */
    List<Federation> federations() {
        return wanted(true);
    }

    List<Federation> overLimit() {
        return wanted(false);
    }

    private List<Federation> wanted(boolean allowed) {
        Map<String, Integer> count = new HashMap<>();
        Set<String> known = new LinkedHashSet<>();
        return moves.stream()
                .flatMap(move -> move.identities().stream().map(identity -> new Federation(identity, move.account())))
                .filter(one -> known.add(one.key()))
                .filter(one ->
                        allowed == (count.merge(one.identity().key(), 1, Integer::sum) <= FederatedCredentials.LIMIT))
                .toList();
    }
}
