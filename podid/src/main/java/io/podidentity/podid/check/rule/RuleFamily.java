package io.podidentity.podid.check.rule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Rules that look at the same; each is one thing that can be wrong. Rules are independent of each other and of their
 * order, and have no state.
 *
 * <p>Where the question is which identity a pod gets, a rule asks {@link RuleContext#match} or the emulator, and never
 * decides itself.
 */
public abstract class RuleFamily {
    private final List<About> rules;

    /** @param rules what they say of themselves */
    protected RuleFamily(About... rules) {
        this.rules = List.of(rules);
    }

    /** Has a report for each rule, by its name. */
    @FunctionalInterface
    public interface Reports {
        Report of(String rule);
    }

    /** What its rules say of themselves. */
    public List<About> rules() {
        return rules;
    }

    /** What its rules find. */
    public Stream<Finding> check(RuleContext context) {
        Map<String, Report> reports = new LinkedHashMap<>();
        rules.forEach(about -> reports.put(about.rule(), new Report(about)));
        check(context, rule -> Optional.ofNullable(reports.get(rule)).orElseThrow());
        return reports.values().stream().flatMap(report -> report.findings().stream());
    }

    /**
     * Runs each rule by a call: a method reference for each would add 280 classes and 20 ms of processor time to
     * {@code podid check}. A rule reports all that is wrong, not the first only.
     */
    protected abstract void check(RuleContext context, Reports reports);
}
