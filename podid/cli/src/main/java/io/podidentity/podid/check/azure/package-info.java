/** What {@code az} printed of Azure: start at {@code AzureFacts}. */
@NullMarked
package io.podidentity.podid.check.azure;

import org.jspecify.annotations.NullMarked;
