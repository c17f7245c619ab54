package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;

/** The answer is 400, as in the article: parameter resource cannot be empty. */
public final class ResourceMissing implements Rule {

    @Override
    public About about() {
        return About.error(
                "C14",
                "resource-missing",
                "A token request names no resource",
                "Add resource=, such as resource=https://storage.azure.com/",
                "Azure/aad-pod-identity#279");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (MetadataCall call : Scripts.all(context)) {
            boolean elsewhere = call.command().matches("(?s).*(\\s-G\\b|--data|\\s-d\\s|--get|\\$).*");
            if (call.value("resource").isEmpty() && !elsewhere && call.url().contains("/token")) {
                report.add(
                        call.location(),
                        call.names().contains("resource")
                                ? "resource= is empty, so the answer is 400"
                                : "the request has no resource, so the answer is 400",
                        about().remedy() + ".");
            }
        }
    }
}
