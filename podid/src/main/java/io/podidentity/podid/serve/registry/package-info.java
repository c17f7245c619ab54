/**
 * The sign-in of an Azure container registry, for a real registry: it sends its clients here, and accepts the tokens
 * that they bring back. Start with {@link io.podidentity.podid.serve.registry.RegistryEndpoint}.
 */
@NullMarked
package io.podidentity.podid.serve.registry;

import org.jspecify.annotations.NullMarked;
