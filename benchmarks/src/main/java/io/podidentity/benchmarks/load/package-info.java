/** Programs that call a client several times: by a thousand threads, twice in a row, to count its threads. */
@NullMarked
package io.podidentity.benchmarks.load;

import org.jspecify.annotations.NullMarked;
