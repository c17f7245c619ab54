/** Objects by which a driver, an operator or a sidecar uses an Azure identity; begin with {@code ReferringKind}. */
@NullMarked
package io.podidentity.podid.check.reference;

import org.jspecify.annotations.NullMarked;
