/** Wrong answers in place of right ones: start at {@code Faults}. */
@NullMarked
package io.podidentity.emulator.fault;

import org.jspecify.annotations.NullMarked;
