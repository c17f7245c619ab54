package io.podidentity.podid.check.rules.network;

import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * What all network policies together let a pod reach: what one of them allows is allowed.
 *
 * @param policies those that select the pod and restrict what it reaches; none restricts nothing
 */
public record EgressOfPod(List<FieldLocation> policies) {

    public EgressOfPod {
        policies = List.copyOf(policies);
    }

    /** Of the policies in these files. */
    public static EgressOfPod of(RuleContext context, PodSource pod) {
        return new EgressOfPod(context.networkPolicies(pod.pod().namespace()).stream()
                .filter(EgressOfPod::restrictsEgress)
                .filter(policy ->
                        selects(policy.at("spec", "podSelector"), pod.pod().labels()))
                .toList());
    }

    private static boolean restrictsEgress(FieldLocation policy) {
        FieldLocation types = policy.at("spec", "policyTypes");
        return types.exists()
                ? types.items().stream().anyMatch(type -> type.text().equals("Egress"))
                : policy.at("spec", "egress").exists();
    }

    private static boolean selects(FieldLocation selector, Map<String, String> labels) {
        return selector.at("matchLabels").fields().stream()
                        .allMatch(wanted -> wanted.text().equals(labels.get(key(wanted))))
                && selector.at("matchExpressions").items().stream().allMatch(expression -> fulfils(expression, labels));
    }

    private static String key(FieldLocation label) {
        return label.path().substring(label.path().indexOf("matchLabels.") + "matchLabels.".length());
    }

    private static boolean fulfils(FieldLocation expression, Map<String, String> labels) {
        String value = labels.get(expression.at("key").text());
        List<String> values = expression.at("values").items().stream()
                .map(FieldLocation::text)
                .toList();
        return switch (expression.at("operator").text()) {
            case "In" -> value != null && values.contains(value);
            case "NotIn" -> value == null || !values.contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
        };
    }

    boolean isRestricted() {
        return !policies.isEmpty();
    }

    boolean any(Predicate<EgressRule> rule) {
        return policies.stream()
                .flatMap(policy -> policy.at("spec", "egress").items().stream())
                .map(EgressRule::new)
                .anyMatch(rule);
    }

    /** Whether the pod cannot reach that TCP port. */
    public boolean isClosed(String address, int port) {
        return isRestricted() && !any(rule -> rule.allows(address, port, "TCP"));
    }

    /** Where a rule that is missing would be added. */
    FieldLocation place() {
        return policies.get(0).at("spec", "egress");
    }
}
