/** The emulator as a JUnit extension: start at {@code EmulatorExtension}. Needs JUnit Jupiter on the class path. */
@NullMarked
package io.podidentity.emulator.junit;

import org.jspecify.annotations.NullMarked;
