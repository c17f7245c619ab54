package io.podidentity.podid.check.rules.binding;

import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.cluster.Pod;
import io.podidentity.emulator.match.IdentityChoice;
import io.podidentity.emulator.match.IdentityRequest;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.PodSource;
import java.util.List;
import java.util.stream.Collectors;

/** Without client_id NMI takes the first of an unordered list. */
public final class SeveralIdentities implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C5",
                "several-identities",
                "A pod has several identities and does not name the one it wants",
                "Set AZURE_CLIENT_ID in the pod to the client ID of the identity it wants",
                "Azure/aad-pod-identity#1048",
                "Azure/aad-pod-identity#338",
                "Azure/aad-pod-identity#427");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.labelledPods()) {
            List<AzureIdentity> identities = context.match(pod).identities();
            if (identities.size() < 2 || RequestedIdentity.isNamedAnywhere(pod, identities) || isNamedElsewhere(pod)) {
                continue;
            }
            String first = context.matcher().choose(pod.pod(), identities, IdentityRequest.ANY)
                            instanceof IdentityChoice.Chosen chosen
                    ? chosen.identity().name().toString()
                    : "none";
            report.add(
                    pod.label(Pod.BINDING_LABEL),
                    "the pod gets " + identities.size() + " identities, "
                            + identities.stream()
                                    .map(identity -> identity.name().toString())
                                    .collect(Collectors.joining(", "))
                            + ", and a request without client_id any of them (by name the first is " + first + ")",
                    "Add to the container's env: {name: AZURE_CLIENT_ID, value: "
                            + identities.get(0).clientId() + "}, or the client ID of another one.");
        }
    }

    private static boolean isNamedElsewhere(PodSource pod) {
        return pod.variables("AZURE_CLIENT_ID").stream()
                .anyMatch(variable -> variable.at("valueFrom").exists());
    }
}
