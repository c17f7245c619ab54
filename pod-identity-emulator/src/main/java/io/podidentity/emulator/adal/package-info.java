/** Fetches tokens as the Go library does that NMI is built on, for the emulator's own use: start at {@code Adal}. */
@NullMarked
package io.podidentity.emulator.adal;

import org.jspecify.annotations.NullMarked;
