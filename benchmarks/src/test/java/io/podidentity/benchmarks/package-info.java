/** Counts that the build guards: they are exact, other than times. */
package io.podidentity.benchmarks;
