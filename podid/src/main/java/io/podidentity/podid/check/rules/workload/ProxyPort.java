package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;
import java.util.Optional;

/** The webhook refuses to create the pod, or the proxy does not start. */
public final class ProxyPort implements Rule {

    @Override
    public About about() {
        return About.error(
                "C17",
                "proxy-port",
                "The port of the proxy sidecar is not a port",
                "Write a number from 1 to 65535, in quotes; the default is 8000",
                "Azure/azure-workload-identity#733");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            FieldLocation annotation = pod.annotation(Keys.PROXY_PORT);
            if (!Verdict.isAsked(pod) || !annotation.exists() || Value.isTemplated(annotation.text())) {
                continue;
            }
            Optional<String> refusal = Verdict.on(pod, Keys.PROXY_PORT, annotation.text());
            if (refusal.isPresent()) {
                report.add(annotation, "the webhook denies the pod: " + refusal.get(), about().remedy() + ".");
            } else if (!annotation.text().matches("0*[1-9]\\d{0,4}") || Integer.parseInt(annotation.text()) > 65535) {
                report.add(annotation, annotation.text() + " is not a port", about().remedy() + ".");
            }
        }
    }
}
