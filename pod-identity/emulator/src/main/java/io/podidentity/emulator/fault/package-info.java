/**
 * Wrong answers in place of right ones, for tests of what a program does then.
 *
 * <p>Start at {@code Faults}, with which a test orders a {@code Fault}. The servers ask {@code FaultPlan} for it.
 */
@NullMarked
package io.podidentity.emulator.fault;

import org.jspecify.annotations.NullMarked;
