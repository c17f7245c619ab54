package io.podidentity.podid.check.rule;

/**
 * One thing that can be wrong. Rules are independent of each other and of their order, and have no state.
 *
 * <p>Where the question is which identity a pod gets, a rule asks {@link RuleContext#match} or the emulator, and never
 * decides itself.
 */
public interface Rule {

    About about();

    /** Reports all that is wrong, not the first only. */
    void check(RuleContext context, Report report);
}
