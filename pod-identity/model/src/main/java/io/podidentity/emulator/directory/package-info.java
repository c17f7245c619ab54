/**
 * What the emulated tenant holds (principals, credentials, roles), for the emulator's own use: start at
 * {@code Directory}.
 */
@NullMarked
package io.podidentity.emulator.directory;

import org.jspecify.annotations.NullMarked;
