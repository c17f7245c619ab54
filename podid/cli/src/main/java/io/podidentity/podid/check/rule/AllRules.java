// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The rules of {@code podid check}: a new family of rules is a line here. */
public final class AllRules {

    /** What the rules say of themselves, by number and name. */
    public static final List<About> LIST = createFamilies(RuleContext.EMPTY)
            .flatMap(family -> family.rules().stream())
            .sorted(Comparator.comparing(
                            (About about) -> Integer.valueOf(about.id().substring(1)))
                    .thenComparing(About::rule))
            .toList();

    private static final Comparator<Finding> ORDER = Comparator.comparing(
                    (Finding finding) -> finding.position().file())
            .thenComparing(finding -> finding.position().line())
            .thenComparing(finding -> finding.position().column())
            .thenComparing(finding -> finding.about().rule())
            .thenComparing(Finding::message);

    private AllRules() {}

    public static List<Finding> check(RuleContext context) {
        return check(context, any -> true);
    }

    /** Checks some rules only: a family that has none of them does not run. */
    public static List<Finding> check(RuleContext context, Predicate<About> isWanted) {
        return createFamilies(context)
                .filter(family -> family.rules().stream().anyMatch(isWanted))
                .flatMap(RuleFamily::collectFindings)
                // A family runs as a whole, so what its other rules have found is left out here.
                .filter(finding -> isWanted.test(finding.about()))
                .sorted(ORDER)
                .toList();
    }

    private static Stream<RuleFamily> createFamilies(RuleContext context) {
        return Stream.of(
                new LabelRules(context),
                new BindingRules(context),
                new BoundIdentityRules(context),
                new IdRules(context),
                new FieldRules(context),
                new SecretRules(context),
                new NetworkPolicyRules(context),
                new NmiRules(context),
                new MetadataServiceRules(context),
                new ServiceAccountRules(context),
                new WebhookRules(context),
                new ReferenceRules(context),
                new ClusterRules(context),
                new FederatedCredentialRules(context),
                new AzureIdentityRules(context),
                new AgentRules(context));
    }

    /** All numbers and names, with which a user can choose or ignore a rule. */
    public static Set<String> idsAndNames() {
        return LIST.stream()
                .flatMap(about -> Stream.of(about.id(), about.rule()))
                .collect(Collectors.toUnmodifiableSet());
    }
}
