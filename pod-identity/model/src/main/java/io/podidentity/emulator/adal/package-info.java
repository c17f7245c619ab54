/** Fetches tokens as NMI's Go library does, for the emulator's own use: start at {@code Adal}. */
@NullMarked
package io.podidentity.emulator.adal;

import org.jspecify.annotations.NullMarked;
