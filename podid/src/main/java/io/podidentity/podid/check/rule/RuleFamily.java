package io.podidentity.podid.check.rule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Rules that look at the same, for one check; each is one thing that can be wrong. Rules are independent of each other
 * and of their order. Not thread-safe.
 *
 * <p>Where the question is which identity a pod gets, a rule asks {@link RuleContext#match} or the emulator, and never
 * decides itself.
 */
public abstract class RuleFamily {

    protected final RuleContext context;
    private final List<About> rules;
    private final Map<String, Report> reports = new LinkedHashMap<>();

    /** @param rules what they say of themselves */
    protected RuleFamily(RuleContext context, About... rules) {
        this.context = context;
        this.rules = List.of(rules);
        this.rules.forEach(about -> reports.put(about.rule(), new Report(about)));
    }

    /** What its rules say of themselves. */
    public List<About> rules() {
        return rules;
    }

    /** What its rules find. */
    public Stream<Finding> findings() {
        check();
        return reports.values().stream().flatMap(report -> report.findings().stream());
    }

    /** Has what the rule of that name finds. */
    protected final Report report(String rule) {
        return Objects.requireNonNull(reports.get(rule), rule);
    }

    /**
     * Runs each rule by a call: a method reference for each would add 280 classes and 20 ms of processor time to
     * {@code podid check}. A rule reports all that is wrong, not the first only.
     */
    protected abstract void check();
}
