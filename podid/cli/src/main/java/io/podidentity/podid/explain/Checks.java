// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.explain;

import io.podidentity.emulator.cluster.ObjectRef;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.manifest.Manifests;
import io.podidentity.emulator.match.MatchRules;
import io.podidentity.podid.check.azure.AzureFacts;
import io.podidentity.podid.check.rule.AllRules;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Symptom;
import io.podidentity.podid.check.source.PodSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
    private final Map<Symptom, Map<ObjectRef, List<Finding>>> findings = new EnumMap<>(Symptom.class);

    Checks(Manifests manifests, MatchRules rules) {
        this.manifests = manifests;
        this.rules = rules;
    }

    /** What rules find in the pod, in what makes it, and in these objects, that is the reason of the symptom. */
    synchronized Stream<Finding> about(Pod pod, Collection<ObjectRef> objects, Symptom symptom) {
        RuleContext all = context == null ? new RuleContext(manifests, rules, AzureFacts.NONE) : context;
        context = all;
        Map<ObjectRef, List<Finding>> found = findings.computeIfAbsent(
                symptom,
                any -> AllRules.check(all, rule -> rule.explains().contains(symptom)).stream()
                        .collect(Collectors.groupingBy(Finding::object)));
        Stream<ObjectRef> own = all.source(pod).map(PodSource::object).stream();
        return Stream.concat(own, objects.stream())
                .distinct()
                .flatMap(object -> found.getOrDefault(object, List.of()).stream());
    }
}
