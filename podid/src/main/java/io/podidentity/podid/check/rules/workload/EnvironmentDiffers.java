package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** The webhook never overwrites a variable. */
public final class EnvironmentDiffers implements Rule {

    @Override
    public About about() {
        return About.warning(
                "C15",
                "client-id-differs",
                "The pod sets AZURE_CLIENT_ID to something else than its service account's annotation",
                "Remove the variable: the webhook sets it from the annotation",
                "Azure/azure-workload-identity#1200");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            String annotated = context.serviceAccount(pod)
                    .map(account -> account.metadata().annotations().getOrDefault(Keys.CLIENT_ID, ""))
                    .orElse("");
            if (!"true".equals(pod.pod().labels().get(Keys.USE)) || annotated.isEmpty()) {
                continue;
            }
            for (FieldLocation variable : pod.variables("AZURE_CLIENT_ID")) {
                FieldLocation value = variable.at("value");
                if (Value.isFinal(value.text()) && !value.text().equalsIgnoreCase(annotated)) {
                    report.add(
                            value,
                            "AZURE_CLIENT_ID is " + value.text() + ", and the service account names " + annotated,
                            "Remove the variable, or make sure that both identities trust the service account.");
                }
            }
        }
    }
}
