// SPDX-License-Identifier: Apache-2.0
package io.podidentity.podid.check.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Rules that look at the same objects, during one check. A rule is one kind of mistake. Rules are independent of each
 * other and of their order. Not thread-safe.
 *
 * <p>Where the question is which identity a pod gets, a rule asks {@link RuleContext#match} or the emulator, and never
 * decides itself.
 */
public abstract class RuleFamily {

    protected final RuleContext context;
    private final List<Report> reports = new ArrayList<>();

    protected RuleFamily(RuleContext context) {
        this.context = context;
    }

    protected final Report error(String id, String rule, String... issues) {
        return createReport(Severity.ERROR, id, rule, issues);
    }

    protected final Report warning(String id, String rule, String... issues) {
        return createReport(Severity.WARNING, id, rule, issues);
    }

    protected final Report info(String id, String rule, String... issues) {
        return createReport(Severity.INFO, id, rule, issues);
    }

    private Report createReport(Severity severity, String id, String rule, String... issues) {
        var report = new Report(About.of(severity, id, rule, issues));
        reports.add(report);
        return report;
    }

    public List<About> rules() {
        return reports.stream().map(Report::about).toList();
    }

    public Stream<Finding> collectFindings() {
        check();
        return reports.stream().flatMap(report -> report.findings().stream());
    }

    /**
     * Calls every rule. A rule reports each object that is wrong; of one object, the first reason may be enough. The
     * calls are no method references: these would add 280 classes and 20 ms of processor time to {@code podid check}.
     */
    protected abstract void check();
}
