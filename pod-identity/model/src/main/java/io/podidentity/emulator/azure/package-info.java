/** What stands in Azure for the manifests to refer to: start at {@code AzureOfManifests}. */
@NullMarked
package io.podidentity.emulator.azure;

import org.jspecify.annotations.NullMarked;
