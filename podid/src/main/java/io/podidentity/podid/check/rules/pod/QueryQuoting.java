package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;

/** The rest of the query, such as client_id, is lost, and the token is that of another identity. */
public final class QueryQuoting implements Rule {

    @Override
    public About about() {
        return About.error(
                "C14",
                "query-not-quoted",
                "A shell cuts the URL at its first ampersand",
                "Put the URL into double quotes",
                "Azure/aad-pod-identity#427");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (MetadataCall call : Scripts.all(context)) {
            if (!call.quoted() && call.url().matches(".*[^\\\\]&.*")) {
                report.add(
                        call.location(),
                        "the shell takes the & in the URL as the end of the command",
                        "Write: \"" + call.url() + "\"");
            }
        }
    }
}
