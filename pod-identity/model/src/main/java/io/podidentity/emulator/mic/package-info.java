/** The managed identity controller, which assigns identities to pods and to nodes: start at {@code Mic}. */
@NullMarked
package io.podidentity.emulator.mic;

import org.jspecify.annotations.NullMarked;
