/**
 * The time of the emulated cluster, which can run faster than the machine's.
 *
 * <p>Start at {@code EmulatorClock}.
 */
@NullMarked
package io.podidentity.emulator.time;

import org.jspecify.annotations.NullMarked;
