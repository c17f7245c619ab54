/** The instance metadata service, for the emulator's own use: start at {@code ImdsEndpoint}. */
@NullMarked
package io.podidentity.emulator.imds;

import org.jspecify.annotations.NullMarked;
