package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityRequest;
import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.stream.Collectors;

/** From 1.6.0 on the letter case counts, too. */
public final class RequestedIdentityNotBound implements Rule {

    @Override
    public About about() {
        return About.error(
                "C5",
                "requested-identity-not-bound",
                "A pod asks for an identity that it does not get",
                "Write the client ID of an identity that is bound to the pod, in the same letter case",
                "Azure/aad-pod-identity#427",
                "Azure/aad-pod-identity#629");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.labelledPods()) {
            List<AzureIdentity> identities = context.match(pod).identities();
            if (identities.isEmpty()
                    || RequestedIdentity.hasOtherCredential(pod)
                    || pod.label(Keys.USE).exists()) {
                continue;
            }
            for (FieldLocation variable : RequestedIdentity.of(pod)) {
                IdentityChoice choice =
                        context.matcher().choose(pod.pod(), identities, new IdentityRequest(variable.text(), ""));
                if (choice instanceof IdentityChoice.NotFound none) {
                    check(report, variable, identities, none);
                }
            }
        }
    }

    private static void check(
            Report report, FieldLocation variable, List<AzureIdentity> identities, IdentityChoice.NotFound none) {
        String message = "AZURE_CLIENT_ID is " + variable.text() + ", and the pod's identities are "
                + identities.stream()
                        .map(identity -> identity.name() + " (" + identity.clientId() + ")")
                        .collect(Collectors.joining(", "));
        if (none.nearMiss().isPresent()) {
            String right = none.nearMiss().get().clientId();
            report.add(
                    variable,
                    message + "; NMI compares the letter case",
                    "Write: value: " + right,
                    Edit.value(variable, right));
        } else {
            report.add(variable, message, "Write: value: " + identities.get(0).clientId());
        }
    }
}
