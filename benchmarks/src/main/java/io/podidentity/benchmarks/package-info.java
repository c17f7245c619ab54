/** The token provider beside its peers, in one run. */
@NullMarked
package io.podidentity.benchmarks;

import org.jspecify.annotations.NullMarked;
