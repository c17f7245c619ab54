package io.podidentity.podid.check.rules.pod;

import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Severity;
import java.util.regex.Pattern;

/** NMI asks for it by default from 1.8.4 on, and IMDS always; for older versions it is a warning. */
public final class MetadataHeader implements Rule {

    @Override
    public About about() {
        return About.error(
                "C14",
                "metadata-header-missing",
                "A call of the metadata service lacks the header Metadata",
                "Add the header: curl -H Metadata:true",
                "Azure/aad-pod-identity#427");
    }

    private static final Pattern HEADER = Pattern.compile("(?i)metadata[\"']?\\s*[:=]\\s*[\"']?\\$?true");

    @Override
    public void check(RuleContext context, Report report) {
        boolean required = !context.profile().hasNmi() || context.profile().isAtLeast(1, 8, 4);
        for (MetadataCall call : Scripts.all(context)) {
            if (call.hasKnownClient() && !HEADER.matcher(call.command()).find()) {
                report.add(
                        required ? Severity.ERROR : Severity.WARNING,
                        call.location(),
                        required
                                ? "the call lacks the header Metadata: true, so the answer is 400"
                                : "the call lacks the header Metadata: true, which NMI requires from 1.8.4 on, and"
                                        + " IMDS always",
                        "Write: curl -H Metadata:true \"" + call.url() + "\"");
            }
        }
    }
}
