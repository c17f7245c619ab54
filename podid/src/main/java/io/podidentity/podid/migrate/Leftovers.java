package io.podidentity.podid.migrate;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.KubernetesObject;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.emulator.match.Candidate;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The objects of pod identity that nothing needs any more. */
final class Leftovers {

    private Leftovers() {}

    /**
     * Bindings that only moved pods take, identities that only such bindings name, and, once no pod has the label,
     * exceptions.
     *
     * @param moved the pods that need pod identity no more; one at least
     */
    static List<KubernetesObject> of(RuleContext context, Set<ObjectName> moved) {
        Set<ObjectName> used = new LinkedHashSet<>();
        Set<ObjectName> needed = new LinkedHashSet<>();
        boolean podsStay = false;
        for (PodSource pod : context.pods()) {
            boolean goes = moved.contains(pod.pod().name());
            for (Candidate candidate : context.match(pod).candidates()) {
                (goes ? used : needed).add(candidate.binding().name());
            }
            podsStay |= !goes && pod.pod().bindingLabel().isPresent();
        }
        used.removeAll(needed);
        var leftovers = new ArrayList<KubernetesObject>();
        Set<ObjectName> identities = new LinkedHashSet<>();
        Set<ObjectName> kept = new LinkedHashSet<>();
        for (AzureIdentityBinding binding : context.cluster().bindings()) {
            boolean goes = used.contains(binding.name());
            if (goes) {
                leftovers.add(binding);
            }
            (goes ? identities : kept).add(new ObjectName(binding.namespace(), binding.azureIdentity()));
        }
        identities.removeAll(kept);
        context.cluster().identities().stream()
                .filter(one -> identities.contains(one.name()))
                .forEach(leftovers::add);
        if (!podsStay) {
            leftovers.addAll(context.cluster().exceptions());
        }
        return leftovers;
    }
}
