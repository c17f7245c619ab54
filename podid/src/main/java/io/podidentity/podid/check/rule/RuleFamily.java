package io.podidentity.podid.check.rule;

import java.util.List;

/**
 * Rules that look at the same; each is one thing that can be wrong. Rules are independent of each other and of their
 * order, and have no state.
 *
 * <p>Where the question is which identity a pod gets, a rule asks {@link RuleContext#match} or the emulator, and never
 * decides itself.
 */
public interface RuleFamily {

    /** What its rules say of themselves. */
    List<About> rules();

    /**
     * Runs the rule of that name, by a switch: a method reference for each rule would add 280 classes and 20 ms of
     * processor time to {@code podid check}. The rule reports all that is wrong, not the first only.
     */
    void check(String rule, RuleContext context, Report report);
}
