package io.podidentity.podid.check.rules.cluster;

import io.podidentity.emulator.manifest.Manifest;
import io.podidentity.podid.check.rule.About;
import io.podidentity.podid.check.rule.Ignore;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import io.podidentity.podid.check.source.FieldLocation;

/** Without a reason nothing is ignored. */
public final class IgnoreWithoutReason implements Rule {

    @Override
    public About about() {
        return About.error(
                "C22",
                "ignore-without-reason",
                "The annotation podid.io/ignore gives no reason",
                "Write podid.io/ignore: \"RULE: reason\"",
                "Azure/aad-pod-identity#497");
    }

    @Override
    public void check(RuleContext context, Report report) {
        for (Manifest manifest : context.manifests().objects()) {
            for (Ignore ignore : Ignore.of(FieldLocation.of(manifest))) {
                if (ignore.reason().isEmpty()) {
                    report.add(
                            ignore.location(),
                            "no reason is given to ignore " + String.join(", ", ignore.words())
                                    + ", so it is not ignored",
                            "Write: " + Ignore.ANNOTATION + ": \"" + String.join(", ", ignore.words()) + ": REASON\"");
                }
            }
        }
    }
}
