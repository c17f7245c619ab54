package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.ObjectName;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import java.util.Set;
import java.util.stream.Collectors;

/** Only where there are bindings at all in the files. */
public final class IdentityUnused implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C4",
                "identity-unused",
                "No binding names the identity",
                "Create an AzureIdentityBinding with azureIdentity: NAME, or remove the identity",
                "Azure/aad-pod-identity#175");
    }

    @Override
    public void check(RuleContext context, Report report) {
        Set<ObjectName> named = context.cluster().bindings().stream()
                .map(binding -> new ObjectName(
                        binding.namespace(),
                        // A name in the wrong letter case is another rule's.
                        context.location(binding)
                                .at("spec")
                                .like("azureIdentity")
                                .text()))
                .collect(Collectors.toSet());
        for (AzureIdentity identity : context.cluster().identities()) {
            if (!named.isEmpty() && !named.contains(identity.name())) {
                report.add(
                        context.location(identity).at("metadata", "name"),
                        "no binding in " + identity.namespace() + " names this identity",
                        "Create an AzureIdentityBinding with azureIdentity: "
                                + identity.name().name() + ", or remove the identity.");
            }
        }
    }
}
