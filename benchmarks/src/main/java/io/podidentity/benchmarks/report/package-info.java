/** Figures, tables of them, and what they should be. */
@NullMarked
package io.podidentity.benchmarks.report;

import org.jspecify.annotations.NullMarked;
