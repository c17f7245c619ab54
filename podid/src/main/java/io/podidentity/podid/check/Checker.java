package io.podidentity.podid.check;

import io.podidentity.podid.check.rule.Finding;
import io.podidentity.podid.check.rule.Report;
import io.podidentity.podid.check.rule.Rule;
import io.podidentity.podid.check.rule.RuleContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Runs rules. */
public final class Checker {

    private static final Comparator<Finding> ORDER = Comparator.comparing(
                    (Finding finding) -> finding.position().file())
            .thenComparing(finding -> finding.position().line())
            .thenComparing(finding -> finding.position().column())
            .thenComparing(finding -> finding.about().rule())
            .thenComparing(Finding::message);

    private Checker() {}

    /** All findings, by file and line. */
    public static List<Finding> check(RuleContext context, List<? extends Rule> rules) {
        var findings = new ArrayList<Finding>();
        for (Rule rule : rules) {
            var report = new Report(rule.about());
            rule.check(context, report);
            findings.addAll(report.findings());
        }
        findings.sort(ORDER);
        return findings;
    }
}
