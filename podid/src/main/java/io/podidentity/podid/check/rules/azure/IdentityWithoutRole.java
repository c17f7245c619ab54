package io.podidentity.podid.check.rules.azure;

import io.podidentity.podid.check.azure.CloudIdentity;
import io.podidentity.podid.check.azure.RoleOfPrincipal;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Needs az identity list and az role assignment list --all. For information if it has a role: Owner, Contributor and
 * Reader are roles for management, not for data.
 */
public final class IdentityWithoutRole implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C19",
                "identity-without-role",
                "The identity has no role that lets it read or write data",
                "Give it a role for data, such as Storage Blob Data Reader, on the resource",
                "Azure/aad-pod-identity#585");
    }

    private static final Set<String> MANAGEMENT = Set.of(
            "Owner",
            "Contributor",
            "Reader",
            "User Access Administrator",
            "Storage Account Contributor",
            "Managed Identity Operator",
            "Managed Identity Contributor");

    @Override
    public void check(RuleContext context, Report report) {
        Optional<List<RoleOfPrincipal>> roles = context.azure().roles();
        if (roles.isEmpty()) {
            return;
        }
        for (NamedIdentity named : NamedIdentity.all(context)) {
            named.in(context).ifPresent(identity -> check(report, named, identity, roles.get()));
        }
    }

    private static void check(Report report, NamedIdentity named, CloudIdentity identity, List<RoleOfPrincipal> roles) {
        List<String> own = roles.stream()
                .filter(role -> role.principalId().equalsIgnoreCase(identity.principalId()))
                .map(RoleOfPrincipal::role)
                .distinct()
                .toList();
        if (MANAGEMENT.containsAll(own)) {
            // Programs that manage resources need no more.
            report.add(
                    own.isEmpty() ? Severity.WARNING : Severity.INFO,
                    named.location(),
                    "identity " + identity.name()
                            + (own.isEmpty()
                                    ? " has no role at all"
                                    : " has roles for management only: " + String.join(", ", own)),
                    "Run: az role assignment create --assignee-object-id " + identity.principalId()
                            + " --assignee-principal-type ServicePrincipal --role \"Storage Blob Data Reader\" --scope"
                            + " RESOURCE_ID");
        }
    }
}
