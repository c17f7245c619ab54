/** The cost of one call once there is a token. */
@NullMarked
package io.podidentity.benchmarks.jmh;

import org.jspecify.annotations.NullMarked;
