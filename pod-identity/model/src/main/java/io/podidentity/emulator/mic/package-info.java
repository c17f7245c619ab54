/**
 * The managed identity controller, which assigns identities to pods and to the machines of the nodes.
 *
 * <p>Start at {@code Mic}, whose method {@code cycle} compares what should be with what is. {@code MachineUpdate}
 * carries out the difference.
 */
@NullMarked
package io.podidentity.emulator.mic;

import org.jspecify.annotations.NullMarked;
