package io.podidentity.podid.check.rules.identity;

import io.podidentity.emulator.adal.ApplicationSettings;
import io.podidentity.emulator.cluster.AzureIdentity;
import io.podidentity.emulator.http.GoText;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** NMI makes one address of both, and asks there whatever it is. */
public final class TenantOrEndpoint implements Rule {

    private static final int MAX_AUXILIARY_TENANTS = 3;
    private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+");
    /** What follows the last slash is dropped. */
    private static final Pattern PATH = Pattern.compile("https?://[^/]*/.*[^/].*/[^/]*");

    @Override
    public About about() {
        return About.error(
                "C7",
                "tenant-or-endpoint",
                "NMI cannot ask Entra ID at the tenant or the endpoint of a service principal",
                "Write the tenant's GUID or domain, and an adEndpoint such as https://login.microsoftonline.com/");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (AzureIdentity identity : context.cluster().identities()) {
            if (!identity.isManagedIdentity()) {
                FieldLocation spec = context.location(identity).at("spec");
                if (!identity.tenantId().isEmpty()) {
                    tenant(report, spec.like("tenantID"), identity.tenantId());
                }
                auxiliary(report, spec.like("auxiliaryTenantIDs"), identity.auxiliaryTenantIds());
                endpoint(report, spec.like("adEndpoint"), identity.adEndpoint());
            }
        }
    }

    private static void auxiliary(Report report, FieldLocation field, List<String> tenants) {
        tenants.forEach(tenant -> tenant(report, field, tenant));
        if (tenants.contains("")) {
            report.add(field, field.key() + " has an empty tenant", "Write a GUID, or leave the entry out.");
        }
        if (tenants.size() > MAX_AUXILIARY_TENANTS) {
            report.add(
                    field,
                    field.key() + " has " + tenants.size() + " tenants, and NMI takes one to three",
                    "Leave three of them.");
        }
    }

    private static void tenant(Report report, FieldLocation field, String tenant) {
        if (Value.isFinal(tenant)
                && !Value.isGuid(tenant)
                && !DOMAIN.matcher(tenant).matches()) {
            report.add(
                    field,
                    field.key() + " is neither a GUID nor a domain: " + GoText.quoted(tenant),
                    "Write what az account show --query tenantId -o tsv prints.");
        }
    }

    private void endpoint(Report report, FieldLocation field, String endpoint) {
        if (endpoint.isEmpty() || !Value.isFinal(endpoint)) {
            return;
        }
        ApplicationSettings.problemOfEndpoint(endpoint, "common")
                .or(() -> PATH.matcher(endpoint).matches()
                        ? Optional.of("it has a path, below which Entra ID has no tenant")
                        : Optional.empty())
                .ifPresent(problem -> report.add(
                        field,
                        "NMI cannot ask at " + GoText.quoted(endpoint) + ": " + problem,
                        "Write https:// with Entra ID's host and a slash, or leave it out."));
    }
}
