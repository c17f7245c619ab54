/**
 * Objects through which a driver, an operator or a sidecar uses an Azure identity, such as a SecretProviderClass. Begin
 * with {@code ReferringKinds}, the table of products; {@code IdentityReference} is what was found in an object.
 */
@NullMarked
package io.podidentity.podid.check.reference;

import org.jspecify.annotations.NullMarked;
