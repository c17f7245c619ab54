package io.podidentity.podid.check.rules.pod;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rules.network.EgressOfPod;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.Optional;

/** Where no NMI stands before the metadata service, every pod can use the node's identities. */
public final class NodeIdentityByAccident implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C21",
                "node-identity-by-accident",
                "A pod asks for a token and has no identity of its own, so it takes that of the node",
                "Give the pod an identity, or close the metadata service to it by a NetworkPolicy",
                "Azure/azure-workload-identity#1249");
    }

    @Override
    public void check(RuleContext context, Report report) {
        if (context.profile().hasNmi()) {
            return;
        }
        for (PodSource pod : context.pods()) {
            boolean hasOwn = pod.label(Keys.USE).exists()
                    || pod.hasVariable("AZURE_CLIENT_SECRET")
                    || pod.hasVariable("AZURE_CLIENT_CERTIFICATE_PATH")
                    || pod.hasVariable("AZURE_FEDERATED_TOKEN_FILE")
                    || context.serviceAccount(pod)
                            .filter(account -> account.metadata().annotations().containsKey(Keys.CLIENT_ID))
                            .isPresent();
            if (hasOwn || EgressOfPod.of(context, pod).isClosed("169.254.169.254", 80)) {
                continue;
            }
            wish(pod)
                    .ifPresent(location -> report.add(
                            location,
                            "nothing gives this pod an identity of its own, and the node's metadata service is"
                                    + " open to it: it takes the node's identity, or one that other pods use",
                            "Label the pod azure.workload.identity/use: \"true\" and set serviceAccountName to"
                                    + " an annotated account; or close 169.254.169.254 by a NetworkPolicy."));
        }
    }

    /** What tells that its program asks for a token. */
    private static Optional<FieldLocation> wish(PodSource pod) {
        Optional<FieldLocation> variable = pod.variables("AZURE_CLIENT_ID").stream()
                .map(one -> one.at("value"))
                .filter(FieldLocation::exists)
                .findFirst();
        return variable.or(
                () -> MetadataCall.of(pod).stream().map(MetadataCall::location).findFirst());
    }
}
