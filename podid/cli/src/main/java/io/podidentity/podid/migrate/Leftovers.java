// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the objects of pod identity that nothing needs any more once the pods of one cluster are moved. */
final class Leftovers {

    private final RuleContext context;
    private final UnseenLabels unseen;
    private final List<PodSource> moved;
    private final List<PodSource> staying;

    private Leftovers(MovePlan plan, Set<ObjectName> failed) {
        this.context = plan.context();
        this.unseen = plan.unseen();
        Set<ObjectName> movedNames = plan.moves().stream()
                .map(move -> move.source().pod().name())
                .filter(pod -> !failed.contains(pod))
                .collect(Collectors.toSet());
        this.moved = context.pods().stream()
                .filter(pod -> movedNames.contains(pod.pod().name()))
                .toList();
        this.staying = context.pods().stream()
                .filter(pod -> !movedNames.contains(pod.pod().name()))
                .toList();
    }

    /**
     * Finds the bindings that only moved pods use, the identities that only such bindings name, and, once no pod has
     * the label, the exceptions.
     *
     * @param failed pods of the plan whose manifests could not be changed
     */
    static List<KubernetesObject> find(MovePlan plan, Set<ObjectName> failed) {
        var leftovers = new Leftovers(plan, failed);
        if (leftovers.moved.isEmpty()) {
            return List.of();
        }
        return leftovers.find();
    }

    private List<KubernetesObject> find() {
        Set<ObjectName> unused = findUnusedBindings();
        var found = new ArrayList<KubernetesObject>();
        Set<ObjectName> identities = new HashSet<>();
        Set<ObjectName> neededIdentities = new HashSet<>();
        for (AzureIdentityBinding binding : context.cluster().bindings()) {
            var identity = new ObjectName(binding.namespace(), binding.azureIdentity());
            if (unused.contains(binding.name())) {
                found.add(binding);
                identities.add(identity);
            } else {
                neededIdentities.add(identity);
            }
        }
        identities.removeAll(neededIdentities);
        context.cluster().identities().stream()
                .filter(identity -> identities.contains(identity.name()))
                .forEach(found::add);
        if (!isLabelInUse()) {
            found.addAll(context.cluster().exceptions());
        }
        return found;
    }

    private Set<ObjectName> findUnusedBindings() {
        Set<ObjectName> unused = findBindingsOf(moved);
        unused.removeAll(findBindingsOf(staying));
        context.cluster().bindings().stream()
                .filter(unseen::mayNeed)
                .map(AzureIdentityBinding::name)
                .forEach(unused::remove);
        return unused;
    }

    private Set<ObjectName> findBindingsOf(List<PodSource> pods) {
        return pods.stream()
                .flatMap(pod -> context.match(pod).candidates().stream())
                .map(candidate -> candidate.binding().name())
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** Whether pods may still ask NMI, so that exceptions from it may still be needed. */
    private boolean isLabelInUse() {
        return !unseen.isEmpty()
                || staying.stream().anyMatch(pod -> pod.pod().bindingLabel().isPresent());
    }
}
