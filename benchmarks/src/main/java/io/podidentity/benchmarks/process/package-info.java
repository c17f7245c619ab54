/** Runs programs in processes of their own and takes their measure. */
@NullMarked
package io.podidentity.benchmarks.process;

import org.jspecify.annotations.NullMarked;
