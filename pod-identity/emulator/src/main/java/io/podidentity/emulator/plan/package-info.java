/** What the emulator is to play. Start at {@code EmulatorOptions}, which collects it; {@code Tenant} is the result. */
@NullMarked
package io.podidentity.emulator.plan;

import org.jspecify.annotations.NullMarked;
