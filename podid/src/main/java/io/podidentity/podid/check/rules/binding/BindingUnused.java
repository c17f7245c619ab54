package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.Set;
import java.util.stream.Collectors;

/** The pods are often in other files. */
public final class BindingUnused implements Rule {

    @Override
    public About about() {
        return About.info(
                "C4",
                "binding-unused",
                "No pod has the binding's selector as its label",
                "Label a pod with the selector, or remove the binding",
                "Azure/aad-pod-identity#957");
    }

    @Override
    public void check(RuleContext context, Report report) {
        Set<String> labels = context.pods().stream()
                .map(pod -> pod.pod().bindingLabel().orElse(""))
                .collect(Collectors.toSet());
        for (AzureIdentityBinding binding : context.cluster().bindings()) {
            if (!labels.isEmpty() && !binding.selector().isEmpty() && !labels.contains(binding.selector())) {
                FieldLocation field = context.location(binding).at("spec").like("selector");
                report.add(
                        field,
                        "no pod in these files has the label " + Pod.BINDING_LABEL + ": " + binding.selector(),
                        about().remedy() + ".");
            }
        }
    }
}
