/** The time of the emulated cluster, for the emulator's own use: start at {@code EmulatorClock}. */
@NullMarked
package io.podidentity.emulator.time;

import org.jspecify.annotations.NullMarked;
