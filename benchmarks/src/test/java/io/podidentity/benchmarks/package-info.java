/** Guards counts, which are exact, while times are not. */
package io.podidentity.benchmarks;
