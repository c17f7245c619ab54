/** An emulated Azure in a container: start at {@code PodIdentityContainer}. */
@NullMarked
package io.podidentity.testcontainers;

import org.jspecify.annotations.NullMarked;
