/**
 * Fetches tokens for NMI as Go's library adal does: from the metadata service, and from Entra ID's token endpoint of
 * version 1. The retries and the texts of errors are the library's.
 *
 * <p>Start at {@code Adal}. {@code TokenServices} is what it asks.
 */
@NullMarked
package io.podidentity.emulator.adal;

import org.jspecify.annotations.NullMarked;
