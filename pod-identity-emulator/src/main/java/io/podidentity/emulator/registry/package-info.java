/**
 * The sign-in of an Azure container registry, for a registry that is real: it sends its clients here, and believes the
 * tokens that they bring back. Start with {@link io.podidentity.emulator.registry.RegistryEndpoint}.
 */
@NullMarked
package io.podidentity.emulator.registry;

import org.jspecify.annotations.NullMarked;
