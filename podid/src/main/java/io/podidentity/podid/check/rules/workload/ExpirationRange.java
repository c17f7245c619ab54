package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** The webhook refuses to create the pods. */
public final class ExpirationRange implements Rule {

    @Override
    public About about() {
        return About.error(
                "C17",
                "token-expiration",
                "The lifetime of the service account's token is out of range",
                "Write seconds from 3600 to 86400, in quotes",
                "Azure/azure-workload-identity#1025");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            if (!Verdict.isAsked(pod)) {
                continue;
            }
            check(report, pod, pod.annotation(Keys.TOKEN_EXPIRATION));
            context.serviceAccount(pod)
                    .ifPresent(account -> check(
                            report,
                            pod,
                            context.location(account).at("metadata", "annotations", Keys.TOKEN_EXPIRATION)));
        }
    }

    private void check(Report report, PodSource pod, FieldLocation annotation) {
        if (annotation.exists() && !Value.isTemplated(annotation.text())) {
            Verdict.on(pod, Keys.TOKEN_EXPIRATION, annotation.text())
                    .ifPresent(refusal ->
                            report.add(annotation, "the webhook denies the pod: " + refusal, about().remedy() + "."));
        }
    }
}
