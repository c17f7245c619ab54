/** Entra ID, for the emulator's own use: start at {@code EntraEndpoint}. */
@NullMarked
package io.podidentity.emulator.entra;

import org.jspecify.annotations.NullMarked;
