/**
 * Entra ID, the instance metadata service and Blob Storage played on loopback. Start reading at
 * {@link io.podidentity.emulator.PodIdentityEmulator}; the packages below this one are for its own use.
 */
@NullMarked
package io.podidentity.emulator;

import org.jspecify.annotations.NullMarked;
