/** What manifests say, as immutable values: start at {@code Cluster}. */
@NullMarked
package io.podidentity.emulator.cluster;

import org.jspecify.annotations.NullMarked;
