package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;

/** It matches nothing where MIC runs; for managed mode see empty-selector-matches-all. */
public final class SelectorMissing implements Rule {

    @Override
    public About about() {
        return About.error(
                "C4",
                "selector-missing",
                "A binding has no selector",
                "Write selector: VALUE, and label the pods aadpodidbinding: VALUE",
                "Azure/aad-pod-identity#175",
                "Azure/aad-pod-identity#497");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentityBinding binding : context.cluster().bindings()) {
            FieldLocation spec = context.location(binding).at("spec");
            boolean misspelt =
                    spec.like("selector").exists() && !spec.at("selector").exists();
            if (binding.selector().isEmpty() && !misspelt && context.profile().hasMic()) {
                report.add(
                        spec.at("selector"),
                        "the binding has no selector, so it matches no pod",
                        about().remedy() + ".");
            }
        }
    }
}
