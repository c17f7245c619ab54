/** A small HTTP server on loopback, for the emulator's own use: start at {@code LoopbackServer}. */
@NullMarked
package io.podidentity.emulator.server;

import org.jspecify.annotations.NullMarked;
