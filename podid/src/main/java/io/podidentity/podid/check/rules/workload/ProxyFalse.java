package io.podidentity.podid.check.rules.workload;

import io.podidentity.emulator.workload.Keys;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.rule.Value;
import io.podidentity.podid.check.source.FieldLocation;
import io.podidentity.podid.check.source.PodSource;

/** Only the key counts. */
public final class ProxyFalse implements Rule {

    @Override
    public About about() {
        return About.error(
                "C17",
                "proxy-sidecar-false",
                "The annotation inject-proxy-sidecar is there, with another value than true",
                "Remove the annotation: the sidecar is injected whatever its value is",
                "Azure/azure-workload-identity#1210");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (PodSource pod : context.pods()) {
            FieldLocation annotation = pod.annotation(Keys.INJECT_PROXY);
            if (Verdict.isAsked(pod)
                    && annotation.exists()
                    && !annotation.text().equals("true")) {
                report.add(
                        annotation,
                        "the sidecar is injected although the value is " + Value.quoted(annotation.text()),
                        "Remove the annotation, if you do not want the sidecar.");
            }
        }
    }
}
