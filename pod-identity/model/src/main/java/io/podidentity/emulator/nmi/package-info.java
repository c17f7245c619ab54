/**
 * NMI, which answers pods in the place of the node's metadata service, for the emulator's own use: start at
 * {@code Nmi}.
 */
@NullMarked
package io.podidentity.emulator.nmi;

import org.jspecify.annotations.NullMarked;
