/** What is to be played, as the builder is told it: start at {@code EmulatorOptions}; {@code Tenant} is what comes of it. */
@NullMarked
package io.podidentity.emulator.plan;

import org.jspecify.annotations.NullMarked;
