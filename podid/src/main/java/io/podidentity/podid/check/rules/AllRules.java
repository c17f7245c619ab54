package io.podidentity.podid.check.rules;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.RuleFamily;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All rules. */
public final class AllRules {

    private static final List<RuleFamily> FAMILIES = List.of(
            new LabelRules(),
            new BindingRules(),
            new BoundIdentityRules(),
            new IdRules(),
            new FieldRules(),
            new SecretRules(),
            new NetworkPolicyRules(),
            new NmiRules(),
            new MetadataServiceRules(),
            new ServiceAccountRules(),
            new WebhookRules(),
            new ReferenceRules(),
            new ClusterRules(),
            new FederatedCredentialRules(),
            new AzureIdentityRules());

    /** What they say of themselves, by number and name. */
    public static final List<About> LIST = FAMILIES.stream()
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

    /** What they find, by file and line. */
    public static List<Finding> check(RuleContext context) {
        return FAMILIES.stream()
                .flatMap(family -> family.check(context))
                .sorted(ORDER)
                .toList();
    }

    /** The names and numbers of all rules. */
    public static Set<String> words() {
        return LIST.stream()
                .flatMap(about -> Stream.of(about.id(), about.rule()))
                .collect(Collectors.toUnmodifiableSet());
    }
}
