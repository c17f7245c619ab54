package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code check} finds in the same manifests. It checks them for the first pod that gets no token.
 *
 * <p>Thread-safety: safe.
 */
final class Checks {

    private final Manifests manifests;
    private final MatchRules rules;
    private @Nullable RuleContext context;
    private Map<String, List<Finding>> findings = Map.of();

    Checks(Manifests manifests, MatchRules rules) {
        this.manifests = manifests;
        this.rules = rules;
    }

    /** What is found in the pod, or the workload that makes it, and in other objects of these kinds and names. */
    synchronized Stream<Finding> about(Pod pod, List<String> objects) {
        if (context == null) {
            context = new RuleContext(manifests, rules, AzureFacts.NONE);
            findings = AllRules.check(context).stream().collect(Collectors.groupingBy(Finding::object));
        }
        Stream<String> own = context.source(pod).map(PodSource::object).stream();
        return Stream.concat(own, objects.stream())
                .distinct()
                .flatMap(object -> findings.getOrDefault(object, List.of()).stream());
    }
}
