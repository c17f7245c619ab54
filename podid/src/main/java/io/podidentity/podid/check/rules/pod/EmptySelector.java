package io.podidentity.podid.check.rules.pod;

import io.podidentity.emulator.cluster.AzureIdentityBinding;
import io.podidentity.emulator.cluster.Profile;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;

/** An absent label is compared as an empty one. */
public final class EmptySelector implements Rule {

    @Override
    public About about() {
        return About.error(
                "C13",
                "empty-selector-matches-all",
                "In managed mode a binding without a selector matches every pod without the label",
                "Write selector: VALUE, and label the pods aadpodidbinding: VALUE",
                "Azure/aad-pod-identity#646");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentityBinding binding : context.cluster().bindings()) {
            if (context.profile() == Profile.MANAGED
                    && binding.selector().isEmpty()
                    && !binding.azureIdentity().isEmpty()) {
                FieldLocation spec = context.location(binding).at("spec");
                report.add(
                        spec.like("selector"),
                        "the empty selector gives identity " + binding.azureIdentity() + " to every pod of "
                                + binding.namespace() + " without a label",
                        about().remedy() + ".");
            }
        }
    }
}
