/** Programs that press hard: a thousand threads, a server that is slow, broken or silent, ten thousand keys. */
@NullMarked
package io.podidentity.benchmarks.load;

import org.jspecify.annotations.NullMarked;
