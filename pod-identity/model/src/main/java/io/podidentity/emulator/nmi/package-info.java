/**
 * NMI, which answers pods in place of the node's metadata service.
 *
 * <p>Start at {@code Nmi}, whose Javadoc follows a request. {@code NmiWords} has the texts of each version.
 */
@NullMarked
package io.podidentity.emulator.nmi;

import org.jspecify.annotations.NullMarked;
