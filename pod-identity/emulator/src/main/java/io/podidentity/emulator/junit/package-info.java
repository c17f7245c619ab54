/**
 * The emulator as a JUnit extension. It needs JUnit Jupiter on the class path.
 *
 * <p>Start at {@code EmulatorExtension}.
 */
@NullMarked
package io.podidentity.emulator.junit;

import org.jspecify.annotations.NullMarked;
