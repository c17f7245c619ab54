/**
 * Creates in the emulated Azure what manifests refer to: managed identities, applications and their secrets. Without
 * it every manifest would need a description of the tenant beside it.
 *
 * <p>Start at {@code AzureOfManifests}.
 */
@NullMarked
package io.podidentity.emulator.azure;

import org.jspecify.annotations.NullMarked;
