/** Runs programs in processes of their own and measures what they cost. */
@NullMarked
package io.podidentity.benchmarks.process;

import org.jspecify.annotations.NullMarked;
