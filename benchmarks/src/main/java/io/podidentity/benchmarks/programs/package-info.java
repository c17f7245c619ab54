/** Programs that get one token, print its length and halt. Each is one class, so that nothing is loaded but what it shows. */
@NullMarked
package io.podidentity.benchmarks.programs;

import org.jspecify.annotations.NullMarked;
