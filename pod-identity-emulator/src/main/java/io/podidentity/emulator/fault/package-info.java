/** Wrong answers in place of right ones: {@code Faults} takes the orders. */
@NullMarked
package io.podidentity.emulator.fault;

import org.jspecify.annotations.NullMarked;
