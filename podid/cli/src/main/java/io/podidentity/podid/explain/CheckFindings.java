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
 * What the rules of {@code check} find in the manifests that are explained. The rules for a symptom run when the
 * symptom is first asked about, and run once.
 *
 * <p>Thread-safety: safe.
 */
final class CheckFindings {

    private final Manifests manifests;
    private final MatchRules rules;
    private final Map<Symptom, Map<ObjectRef, List<Finding>>> findings = new EnumMap<>(Symptom.class);
    private @Nullable RuleContext context;

    CheckFindings(Manifests manifests, MatchRules rules) {
        this.manifests = manifests;
        this.rules = rules;
    }

    /**
     * Finds the reasons of a symptom in what makes the pod, then in some objects that lead to its identity.
     *
     * @return in this order; empty if no rule knows a reason
     */
    synchronized Stream<Finding> findReasons(Pod pod, Collection<ObjectRef> objects, Symptom symptom) {
        Map<ObjectRef, List<Finding>> byObject = findings.computeIfAbsent(symptom, this::runRules);
        Stream<ObjectRef> source = context().source(pod).map(PodSource::object).stream();
        return Stream.concat(source, objects.stream())
                .distinct()
                .flatMap(object -> byObject.getOrDefault(object, List.of()).stream());
    }

    private Map<ObjectRef, List<Finding>> runRules(Symptom symptom) {
        return AllRules.check(context(), rule -> rule.explains().contains(symptom)).stream()
                .collect(Collectors.groupingBy(Finding::object));
    }

    /** Made at the first question: for pods that get their token, no rule is asked. */
    private RuleContext context() {
        if (context == null) {
            context = new RuleContext(manifests, rules, AzureFacts.NONE);
        }
        return context;
    }
}
