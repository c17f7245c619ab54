package io.podidentity.podid.check.rules.azure;

import io.podidentity.podid.check.azure.CloudIdentity;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Edit;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import java.util.List;

/** Needs az identity list in the folder of --azure. Roles are given to the object ID, tokens to the client ID. */
public final class ObjectIdInstead implements Rule {

    @Override
    public About about() {
        return About.error(
                "C9",
                "client-id-is-object-id",
                "A client ID is the object ID of the identity",
                "Write the clientId that az identity list prints, not the principalId",
                "Azure/aad-pod-identity#175",
                "Azure/azure-workload-identity#340");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (NamedIdentity named : NamedIdentity.all(context)) {
            for (CloudIdentity identity : context.azure().identities().orElse(List.of())) {
                if (identity.principalId().equalsIgnoreCase(named.clientId())) {
                    report.add(
                            named.location(),
                            named.clientId() + " is the object ID (principalId) of identity " + identity.name(),
                            "Write its client ID: " + identity.clientId(),
                            Edit.value(named.location(), identity.clientId()));
                }
            }
        }
    }
}
