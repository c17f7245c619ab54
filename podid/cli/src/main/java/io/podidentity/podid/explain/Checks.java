package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code check} finds in the same manifests. It runs rules when somebody asks for what they find, and once.
 *
 * <p>Thread-safety: safe.
 */
final class Checks {

    private final Manifests manifests;
    private final MatchRules rules;
    private @Nullable RuleContext context;
    private final Map<Set<String>, Map<String, List<Finding>>> findings = new HashMap<>();

    Checks(Manifests manifests, MatchRules rules) {
        this.manifests = manifests;
        this.rules = rules;
    }

    /** What rules of these words find in the pod, or in what makes it, and in objects of these kinds and names. */
    synchronized Stream<Finding> about(Pod pod, List<String> objects, Set<String> words) {
        RuleContext all = context == null ? new RuleContext(manifests, rules, AzureFacts.NONE) : context;
        context = all;
        Map<String, List<Finding>> found = findings.computeIfAbsent(
                words,
                any -> AllRules.check(all, rule -> words.stream().anyMatch(rule::isNamed)).stream()
                        .collect(Collectors.groupingBy(Finding::object)));
        Stream<String> own = all.source(pod).map(PodSource::object).stream();
        return Stream.concat(own, objects.stream())
                .distinct()
                .flatMap(object -> found.getOrDefault(object, List.of()).stream());
    }
}
