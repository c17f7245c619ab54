package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Its variable AZURE_CLIENT_ID is the client ID of an AzureIdentity in these files. */
public final class LabelMissing implements Rule {

    @Override
    public About about() {
        return About.error(
                "C4",
                "label-missing",
                "A pod names an identity that is bound, and lacks the label for it",
                "Add the label aadpodidbinding with the binding's selector to the pod",
                "Azure/aad-pod-identity#175",
                "Azure/aad-pod-identity#1074");
    }

    @Override
    public void check(RuleContext context, Report report) {
        if (!context.profile().hasNmi()) {
            return;
        }
        Map<String, AzureIdentity> byClientId = new HashMap<>();
        context.cluster()
                .identities()
                .forEach(identity -> byClientId.put(identity.clientId().toLowerCase(Locale.ROOT), identity));
        for (PodSource pod : context.pods()) {
            if (pod.pod().bindingLabel().isPresent()
                    || pod.label(Keys.USE).exists()
                    || context.matcher().bypass(pod.pod()).isPresent()
                    || RequestedIdentity.hasOtherCredential(pod)) {
                continue;
            }
            for (FieldLocation variable : RequestedIdentity.of(pod)) {
                AzureIdentity identity = byClientId.get(variable.text().toLowerCase(Locale.ROOT));
                if (identity != null && !Value.isPlaceholder(variable.text())) {
                    report.add(
                            variable,
                            "the pod asks for identity " + identity.name() + " and has no label " + Pod.BINDING_LABEL,
                            remedy(context, identity));
                }
            }
        }
    }

    private static String remedy(RuleContext context, AzureIdentity identity) {
        return context.cluster().bindings().stream()
                .filter(binding -> binding.namespace().equals(identity.namespace())
                        && binding.azureIdentity().equals(identity.name().name()))
                .map(binding -> "Add to the pod's labels: " + Pod.BINDING_LABEL + ": " + binding.selector())
                .findFirst()
                .orElse("Create an AzureIdentityBinding, and label the pod with its selector.");
    }
}
