/**
 * Entra ID and the few Resource Manager answers that signing in needs, for the emulator's own use: start at
 * {@code EntraEndpoint}.
 */
@NullMarked
package io.podidentity.emulator.entra;

import org.jspecify.annotations.NullMarked;
