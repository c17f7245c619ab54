/** Figures, tables of them, and the targets that they should reach. */
@NullMarked
package io.podidentity.benchmarks.report;

import org.jspecify.annotations.NullMarked;
