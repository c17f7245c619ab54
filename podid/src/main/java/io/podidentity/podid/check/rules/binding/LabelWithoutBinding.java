package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.Obstacle;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.ClosestMatch;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The pod waits 80 seconds for its 404, and before 1.6.3 nothing is logged. */
public final class LabelWithoutBinding implements Rule {

    @Override
    public About about() {
        return About.error(
                "C4",
                "label-without-binding",
                "No binding has the pod's label as its selector",
                "The label's value is the selector of a binding, not the name of the binding or of the identity",
                "Azure/aad-pod-identity#1074",
                "Azure/aad-pod-identity#175",
                "Azure/aad-pod-identity#497");
    }

    @Override
    public void check(RuleContext context, Report report) {
        List<AzureIdentityBinding> bindings = context.cluster().bindings();
        for (PodSource pod : context.labelledPods()) {
            String label = pod.pod().bindingLabel().orElse("");
            if (context.match(pod).obstacle().orElse(null) != Obstacle.NO_BINDING
                    || !Value.isFinal(label)
                    || isSelectorInOtherCase(context, label)) {
                continue;
            }
            FieldLocation field = pod.label(Pod.BINDING_LABEL);
            String message = "no AzureIdentityBinding has the selector " + Value.quoted(label);
            Optional<String> meant = meant(label, bindings);
            List<String> selectors = bindings.stream()
                    .map(AzureIdentityBinding::selector)
                    .filter(selector -> !selector.isEmpty())
                    .distinct()
                    .limit(5)
                    .toList();
            if (meant.isPresent()) {
                report.add(
                        field,
                        message + named(label, bindings),
                        "Write: " + Pod.BINDING_LABEL + ": " + meant.get(),
                        Edit.value(field, meant.get()));
            } else if (bindings.isEmpty()) {
                report.add(
                        field,
                        message + ", and these files have no binding at all",
                        "Add the files with AzureIdentity and AzureIdentityBinding to the check, or create them.");
            } else if (selectors.isEmpty()) {
                report.add(field, message, "Write in the binding that is meant: selector: " + label);
            } else {
                report.add(field, message, "The selectors are: " + String.join(", ", selectors) + ".");
            }
        }
    }

    /** The field Selector, which the version does not know: another rule's. */
    private static boolean isSelectorInOtherCase(RuleContext context, String label) {
        return context.kind("AzureIdentityBinding").stream()
                .anyMatch(binding -> binding.at("spec").like("selector").text().equals(label));
    }

    private static Optional<String> meant(String label, List<AzureIdentityBinding> bindings) {
        Set<String> byName = bindings.stream()
                .filter(binding -> binding.name().name().equals(label)
                        || binding.azureIdentity().equals(label))
                .map(AzureIdentityBinding::selector)
                .filter(selector -> !selector.isEmpty())
                .collect(Collectors.toSet());
        return byName.size() == 1
                ? byName.stream().findFirst()
                : ClosestMatch.of(
                        label,
                        bindings.stream().map(AzureIdentityBinding::selector).toList());
    }

    private static String named(String label, List<AzureIdentityBinding> bindings) {
        return bindings.stream().anyMatch(binding -> binding.name().name().equals(label))
                ? "; that is the name of a binding"
                : bindings.stream().anyMatch(binding -> binding.azureIdentity().equals(label))
                        ? "; that is the name of an identity"
                        : "";
    }
}
