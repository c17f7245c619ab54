/** Programs that put a client under load: a thousand threads, a slow, broken or silent server, ten thousand keys. */
@NullMarked
package io.podidentity.benchmarks.load;

import org.jspecify.annotations.NullMarked;
